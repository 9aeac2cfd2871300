using Mannam.Insurance.Events;

namespace Mannam.Insurance.Subscription;

internal static class Api
{
    private static readonly Resource<Subscription, SubscriptionState> Subscriptions = new(
        "subscriptions",
        "subscription",
        s => s.Key,
        InsuranceJson.Instance.SubscriptionState
    )
    {
        Version = s => s.Version,
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads(Subscriptions);
        routes.MapPrices(
            "products",
            "product",
            SubscriptionService.Products,
            InsuranceJson.Instance.ProductView,
            p => new ProductView(p.Name, p.Won)
        );
        routes.MapPaidRequest(Subscriptions, ApplyAsync);
        routes.MapChange(
            Subscriptions,
            "subscriptionStatus",
            Change.To<Subscription>(Subscription.ReqCancel, subscription => subscription.Cancel())
        );
    }

    private static async Task<IResult> ApplyAsync(
        BoundRequest<Apply> request,
        HttpContext http,
        Repository<Subscription> subscriptions,
        IdSequence ids,
        PaymentCall<Subscription> payment,
        Settings settings
    )
    {
        var (_, productName, customer) = request.Fields;
        var product = settings.Get(SubscriptionService.Products).FirstOrDefault(p => UnicodeText.AreEqual(p.Name, productName));
        if (product is null)
            request.Reject("productName", "productName must be one of the products.");
        if (request.Problem is { } refused)
            return refused;
        return await payment.RequestAsync(
            http,
            subscriptions,
            Subscriptions,
            async () => Subscription.Apply(await ids.NextAsync(), productName, product!.Won, customer)
        );
    }
}

/// <summary>What the customer sends.</summary>
internal sealed record Apply([AllowedValues(Subscription.Created)] string? SubscriptionStatus, string ProductName, string? Customer);

/// <summary>What can be applied for, and what it costs.</summary>
internal sealed record ProductView(string ProductName, long Premium);
