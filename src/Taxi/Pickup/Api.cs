namespace Mannam.Taxi.Pickup;

internal static class Api
{
    private static readonly Resource<Match, PickUpView> PickUps = new("pickUps", "pickUp", m => m.Key) { Visible = m => m.Driver != null };

    private static readonly Resource<Match, CatchReqListView> CatchReqLists = new("catchReqLists", "catchReqList", m => m.Key)
    {
        Version = null,
        Visible = m => m.Listed,
        AllRowsInOneAnswer = true,
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads(PickUps);
        routes.MapReads(CatchReqLists);
        routes.MapPost("/pickUps", TakeAsync).Answers<PickUpView>(201, 200, 404, 409);
        routes.MapDelete<Match, PickUpView, GiveUpPickUp>(PickUps, (match, sent) => match.GiveUp(sent.Driver));
    }

    private static async Task<IResult> TakeAsync(BoundRequest<TakePickUp> request, HttpContext http, Repository<Match> matches)
    {
        if (request.Problem is { } refused)
            return refused;
        var (matchId, driver, customer) = request.Fields;
        var decided = await matches.DecideAsync(matchId, m => m.Take(driver, customer), RequestContext.Of<Match>(http, PickUps.Created));
        return decided switch
        {
            { Refusal: { } refusal } => refusal.AsProblem(),
            { Happened: true } => PickUps.Created(decided.State),
            _ => PickUps.Ok(decided.State),
        };
    }
}

/// <summary>The request that a driver takes. <c>custmoer</c> is the documents' spelling.</summary>
internal sealed record TakePickUp([Id] long MatchId, string Driver, [AlsoNamed("custmoer")] string? Customer);

/// <summary>The driver who gives a request up.</summary>
internal sealed record GiveUpPickUp([FromQuery] string Driver);

/// <summary>A request that a driver has taken, as it is shown.</summary>
internal sealed record PickUpView(long MatchId, string? Driver, string? Customer);

/// <summary>A request that drivers may take, as it is shown.</summary>
internal sealed record CatchReqListView(long Id, long? Price, string? StartingPoint, string? Destination);
