using System.Text.Json.Serialization;
using Mannam.Http;
using Mannam.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Taxi.Pickup;

internal static class Api
{
    private static readonly Resource<Match, PickUpView> PickUps = new(
        "pickUps",
        "pickUp",
        m => m.Key,
        PickUpView.Of,
        PickupJson.Default.PickUpView
    )
    {
        KeyName = "matchId",
        Version = m => m.Version,
        Visible = m => m.Driver != null,
    };

    private static readonly Resource<Match, CatchReqListView> CatchReqLists = new(
        "catchReqLists",
        "catchReqList",
        m => m.Key,
        CatchReqListView.Of,
        PickupJson.Default.CatchReqListView
    )
    {
        KeyName = "id",
        Visible = m => m.Listed,
        AllRowsInOneAnswer = true,
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads<PickupDb, Match, PickUpView>(PickUps);
        routes.MapReads<PickupDb, Match, CatchReqListView>(CatchReqLists);
        routes.MapPost("/pickUps", TakeAsync).Takes<PickUpFields>().Answers<PickUpView>(201, 200, 400, 404, 408, 409, 413, 415);
        routes.MapDelete("/pickUps/{matchId:id}", GiveUpAsync).AskedBy("driver", isText: true).AnswersNothing(400, 404, 409, 412);
    }

    private static async Task<IResult> TakeAsync(HttpContext http, Repository<Match> matches)
    {
        var fields = await RequestFields.ReadAsync(http);
        var (matchId, driver) = (fields.Id("matchId"), fields.Text("driver"));
        // The documents misspell it.
        var customer = fields.OptionalText(fields.Has("customer") ? "customer" : "custmoer");
        if (fields.Problem is { } refused)
            return refused;
        var decided = await matches.DecideAsync(matchId, m => m.Take(driver, customer), RequestContext.Of<Match>(http, PickUps.Created));
        return decided switch
        {
            { Refusal: { } refusal } => refusal.AsProblem(),
            { Happened: true } => PickUps.Created(decided.State),
            _ => PickUps.Ok(decided.State),
        };
    }

    private static async Task<IResult> GiveUpAsync(long matchId, HttpContext http, Repository<Match> matches)
    {
        var fields = await RequestFields.ReadAsync(http);
        var driver = fields.Given("driver", http.Request.Query["driver"].LastOrDefault());
        if (fields.Problem is { } refused)
            return refused;
        var decided = await matches.DecideAsync(matchId, m => m.GiveUp(driver).IfMatch(http, m), RequestContext.Repeatable(http));
        return (IResult?)decided.Refusal?.AsProblem() ?? Results.NoContent();
    }
}

/// <summary>What a driver sends.</summary>
internal sealed record PickUpFields(long MatchId, string Driver, string? Customer);

/// <summary>A taken request as it is shown.</summary>
internal sealed record PickUpView(long MatchId, string? Driver, string? Customer)
{
    public static PickUpView Of(Match m) => new(m.Key, m.Driver, m.Customer);
}

/// <summary>A request that drivers may take, as it is shown.</summary>
internal sealed record CatchReqListView(long Id, long? Price, string? StartingPoint, string? Destination)
{
    public static CatchReqListView Of(Match m) => new(m.Key, m.Price, m.StartingPoint, m.Destination);
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PickUpView))]
[JsonSerializable(typeof(CatchReqListView))]
internal sealed partial class PickupJson : JsonSerializerContext;
