namespace Mannam.Taxi.Catch;

internal static class Api
{
    private static readonly Resource<Catch, CatchView> Catches = new("catches", "catch", c => c.Key, TaxiJson.Instance.CatchView)
    {
        Version = c => c.Version,
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads(Catches);
        routes.MapPaidRequest(Catches, RequestAsync);
        routes.MapChange(Catches, "status", Change.To<Catch>(Catch.Cancelled, request => request.Cancel()));
    }

    private static async Task<IResult> RequestAsync(
        BoundRequest<RequestTaxi> request,
        HttpContext http,
        Repository<Catch> catches,
        IdSequence ids,
        PaymentCall<Catch> payment
    )
    {
        if (request.Problem is { } refused)
            return refused;
        var (price, from, to, customer, _) = request.Fields;
        return await payment.RequestAsync(
            http,
            catches,
            Catches,
            async () => Catch.Request(await ids.NextAsync(), price, from, to, customer),
            ride => ride.Announced()
        );
    }
}

/// <summary>What the rider sends.</summary>
internal sealed record RequestTaxi(
    [Won] long Price,
    string StartingPoint,
    string Destination,
    string Customer,
    [AllowedValues(Catch.Approve)] string? Status
);

/// <summary>The resource as it is shown.</summary>
internal sealed record CatchView(long Id, long Price, string StartingPoint, string Destination, string Customer, string Status);
