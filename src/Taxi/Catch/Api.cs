using System.Text.Json.Serialization;
using Mannam.Chassis.Http;
using Mannam.Chassis.Messaging;
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
        routes.MapPost("/catches", RequestAsync).Takes<CatchFields>().Answers<CatchView>(201, 400, 402, 408, 413, 415);
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

        var cause = Cause.Request();
        var request = Catch.Request(await ids.NextAsync(), price, from, to, customer);
        await catches.CreateAsync(request, cause, request.Announced());
        var outcome = await approval.AskAsync(request);

        var recorded = Catches.Location(http, request.Key);
        return await outcome.Match<Task<IResult>>(
            approved: async () => Catches.Created((await catches.DecideAsync(request, c => c.Paid(), cause)).State),
            declined: async reason =>
            {
                await catches.DecideAsync(request, c => c.NotPaid(), cause);
                return Problems.Declined(reason, location: recorded);
            },
            unknown: async why =>
            {
                await catches.DecideAsync(request, c => c.NotPaid(), cause);
                return Problems.Unavailable(
                    $"The payment could not be made: {why}. Nothing is charged; please try again.",
                    AskAgain,
                    recorded
                );
            }
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
        var decided = await catches.DecideAsync(present, c => c.Cancel().IfMatch(http, c), Cause.Request());
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
