using System.Text.Json.Serialization;
using Mannam.Chassis.Http;
using Mannam.Chassis.Idempotency;
using Mannam.Chassis.Messaging;
using Mannam.Chassis.Resilience;
using Mannam.Chassis.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Taxi.Catch;

internal static class Api
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private static readonly Resource<Catch, CatchView> Catches = new(
        "catches",
        "catch",
        c => c.Key,
        CatchView.Of,
        CatchJson.Default.CatchView
    )
    {
        KeyName = "id",
        Version = c => c.Version,
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads<CatchDb, Catch, CatchView>(Catches);
        routes
            .MapPost("/catches", RequestAsync)
            .Recalls<CatchDb, Catch>(c => c.Standing, Catches.Created)
            .Takes<CatchFields>()
            .Answers<CatchView>(201, 400, 402, 408, 413, 415);
        routes.MapPatch("/catches/{id:id}", ChangeAsync).Takes<CatchChange>().Answers<CatchView>(200, 400, 404, 408, 409, 412, 413, 415);
    }

    private static async Task<IResult> RequestAsync(HttpContext http, Aggregates<CatchDb, Catch> catches, IdSequence ids, Approval approval)
    {
        var fields = await Fields.ReadAsync(http);
        var (price, from, to, customer) = (
            fields.Money("price"),
            fields.Text("startingPoint"),
            fields.Text("destination"),
            fields.Text("customer")
        );
        fields.OptionalOneOf("status", Catch.Approve);
        if (fields.Refused is { } refused)
            return refused;

        return await approval.AdmitAsync(
            async () =>
            {
                var request = Catch.Request(await ids.NextAsync(), price, from, to, customer);
                return await PayAsync(http, catches, approval, request);
            },
            refused: after => Problems.Unavailable("Payment is not available now. Nothing was recorded; please try again.", after)
        );
    }

    private static async Task<(Outcome, IResult)> PayAsync(
        HttpContext http,
        Aggregates<CatchDb, Catch> catches,
        Approval approval,
        Catch request
    )
    {
        var cause = Cause.Request(http);
        await catches.CreateAsync(request, cause, request.Announced());
        var outcome = await approval.AskAsync(request, cause);
        var settled = await catches.DecideAsync(
            request,
            outcome.Match<Func<Catch, Decision>>(
                approved: _ => c => c.Paid(),
                declined: _ => c => c.NotPaid(),
                unknown: _ => c => c.NotPaid()
            ),
            cause
        );
        var recorded = Catches.Location(http, request.Key);
        var cancelled = Problems.Unavailable(
            "The payment could not be made in time, and the request is cancelled. If money was taken it goes back; please try again.",
            AskAgain,
            recorded
        );
        return (
            outcome,
            outcome.Match(
                // Cancelled meanwhile, by the rider or by the sweep of another replica: the money goes back.
                approved: _ => settled.State.Status == Catch.Cancelled ? cancelled : Catches.Created(settled.State),
                declined: reason => Problems.Declined(reason, location: recorded),
                unknown: _ => cancelled
            )
        );
    }

    private static async Task<IResult> ChangeAsync(long id, HttpContext http, Aggregates<CatchDb, Catch> catches)
    {
        var fields = await Fields.ReadAsync(http);
        if (fields.Refused is { } unreadable)
            return unreadable;
        if (await catches.FindAsync(id) is not { } present)
            return Problems.NotFound();
        var status = fields.OptionalOneOf("status", Catch.Cancelled);
        Catches.OnlyMayChange(fields, present, "status");
        if (fields.Refused is { } refused)
            return refused;
        if (status is null)
            return Catches.Ok(present);
        var decided = await catches.DecideAsync(present, c => c.Cancel().IfMatch(http, c), Cause.Repeatable(http));
        return decided.Refusal?.AsProblem() ?? Catches.Ok(decided.State);
    }
}

/// <summary>What the rider sends.</summary>
internal sealed record CatchFields(long Price, string StartingPoint, string Destination, string Customer, string? Status);

/// <summary>What the rider may change: <c>Cancel</c>.</summary>
internal sealed record CatchChange(string Status);

/// <summary>The resource as it is shown.</summary>
internal sealed record CatchView(long Id, long Price, string StartingPoint, string Destination, string Customer, string Status)
{
    public static CatchView Of(Catch c) => new(c.Key, c.Price, c.StartingPoint, c.Destination, c.Customer, c.Status);
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CatchView))]
internal sealed partial class CatchJson : JsonSerializerContext;
