namespace Mannam.Taxi.Catch;

internal static class Api
{
    private static readonly Resource<Catch, CatchView> Catches = new("catches", "catch", c => c.Key);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads(Catches);
        routes.MapPaidRequest<Catch, CatchView, RequestTaxi>(Catches, Request, announced: request => request.As<CatchRequested>());
        routes.MapChange(Catches, "status", Change.To<Catch>(Catch.Cancelled, request => request.Cancel()));
    }

    private static Func<long, Catch> Request(BoundRequest<RequestTaxi> request, Settings _)
    {
        var (price, from, to, customer, _) = request.Fields;
        return id => Catch.Request(id, price, from, to, customer);
    }
}

/// <summary>The request that a rider sends.</summary>
internal sealed record RequestTaxi(
    [Won] long Price,
    string StartingPoint,
    string Destination,
    string Customer,
    [AllowedValues(Catch.Approve)] string? Status
);

/// <summary>A request, as it is shown.</summary>
internal sealed record CatchView(long Id, long Price, string StartingPoint, string Destination, string Customer, string Status);
