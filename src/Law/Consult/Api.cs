using System.Text.Json.Serialization;
using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Law.Events;
using Mannam.Messaging;
using Mannam.Payments;
using Mannam.PostgreSql;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Law.Consult;

internal static class Api
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private static readonly Resource<Consult, ConsultState> Consults = new(
        "consult",
        "consult",
        c => c.Key,
        c => c.Told<ConsultState>(),
        ConsultJson.Default.ConsultState
    )
    {
        KeyName = "consultId",
        Version = c => c.Version,
    };

    private static readonly Resource<Price, FeeView> Fees = new(
        "consult/fees",
        "fee",
        p => p.Name,
        p => new FeeView(p.Name, p.Won),
        ConsultJson.Default.FeeView
    )
    {
        KeyName = "kind",
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        var settings = routes.ServiceProvider.GetRequiredService<Settings>();
        routes.MapReads<ConsultDb, Consult, ConsultState>(Consults);
        routes.MapReads(Fees, () => settings.Get(ConsultService.Fees));
        routes.MapPost("/consult", MakeAsync).Takes<ConsultFields>().Answers<ConsultState>(201, 400, 408, 413, 415);
        routes.MapPost("/consult/{consultId:id}/payment", PayAsync).Answers<ConsultState>(200, 402, 404, 409);
        routes.MapGet("/consult/payConsult/{consultId:id}", PayAsync).ActsByGet().Answers<ConsultState>(200, 402, 403, 404, 409);
        routes.MapDelete("/consult/{consultId:id}", CancelAsync).AnswersNothing(404, 409, 412);
    }

    private static async Task<IResult> MakeAsync(HttpContext http, Repository<Consult> consults, IdSequence ids, Settings settings)
    {
        var fields = await RequestFields.ReadAsync(http);
        var (mobile, location) = (fields.Text("mobile"), fields.Text("location"));
        var (payType, payAmount) = (fields.OneOf("payType", PayType.All), fields.Money("payAmount"));
        var fees = settings.Get(ConsultService.Fees);
        if (fees.Count > 0 && fees.All(f => f.Won != payAmount))
            fields.Reject("payAmount", $"payAmount must be one of the fees: {string.Join(", ", fees.Select(f => $"{f.Name} {f.Won}"))}.");
        if (fields.Problem is { } refused)
            return refused;
        var consult = Consult.Make(await ids.NextAsync(), mobile, location, payType, payAmount);
        await consults.CreateAsync(consult, RequestContext.Of<Consult>(http, Consults.Created), consult.Told<ConsultMade>());
        return Consults.Created(consult);
    }

    private static async Task<IResult> PayAsync(long consultId, HttpContext http, Repository<Consult> consults, Approval approval)
    {
        if (await consults.FindAsync(consultId) is not { } consult)
            return Problems.NotFound();
        if (consult.Status != Consult.Created)
            return Told(consult);
        return await approval.AdmitAsync(
            async () =>
            {
                var context = RequestContext.Repeatable(http);
                var outcome = await approval.AskAsync(consult, context);
                // Payment's event may have been faster than its answer, and so may the client who cancels.
                var now = await outcome.Match(
                    accepted: async id => (await consults.DecideAsync(consult, c => c.Pay(id), context)).State,
                    refused: async _ => await consults.FindAsync(consultId) ?? consult,
                    unknown: async _ => await consults.FindAsync(consultId) ?? consult
                );
                var notPaid = outcome.Match(
                    accepted: _ => Told(now),
                    refused: reason => PaymentProblems.Declined(reason, $"결제 처리에 실패하였습니다. :: {reason}"),
                    unknown: _ => NoAnswer(AskAgain)
                );
                return (outcome, now.Status == Consult.Created ? notPaid : Told(now));
            },
            refused: NoAnswer
        );
    }

    private static IResult Told(Consult consult) =>
        consult.Status == Consult.Approved ? Consults.Ok(consult) : Problems.Conflict(consult.Status);

    private static IResult NoAnswer(TimeSpan after) => Problems.Unavailable("No-Response or Timed-out. please, try later...", after);

    private static async Task<IResult> CancelAsync(long consultId, HttpContext http, Repository<Consult> consults)
    {
        var decided = await consults.DecideAsync(consultId, c => c.Cancel().IfMatch(http, c), RequestContext.Repeatable(http));
        return (IResult?)decided.Refusal?.AsProblem() ?? Results.NoContent();
    }
}

/// <summary>What the client sends.</summary>
internal sealed record ConsultFields(string Mobile, string Location, string PayType, long PayAmount);

/// <summary>What a kind of advice costs.</summary>
internal sealed record FeeView(string Kind, long Won);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ConsultState))]
[JsonSerializable(typeof(FeeView))]
[JsonSerializable(typeof(Asked))]
internal sealed partial class ConsultJson : JsonSerializerContext;
