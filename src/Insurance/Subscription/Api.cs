namespace Mannam.Insurance.Subscription;

internal static class Api
{
    private static readonly Resource<Subscription, SubscriptionState> Subscriptions = new("subscriptions", "subscription", s => s.Key);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads(Subscriptions);
        routes.MapPrices("products", "product", SubscriptionService.Products, p => new ProductView(p.Name, p.Won));
        routes.MapPaidRequest<Subscription, SubscriptionState, Apply>(Subscriptions, Apply);
        routes.MapChange(Subscriptions, "subscriptionStatus", Change.To<Subscription>(Subscription.ReqCancel, s => s.Cancel()));
    }

    private static Func<long, Subscription> Apply(BoundRequest<Apply> request, Settings settings)
    {
        var (_, productName, customer) = request.Fields;
        var product = settings.Get(SubscriptionService.Products).FirstOrDefault(p => UnicodeText.AreEqual(p.Name, productName));
        if (product is null)
            request.Reject("productName", "productName must be one of the products.");
        return id => Subscription.Apply(id, productName, product!.Won, customer);
    }
}

/// <summary>The application that a customer sends.</summary>
internal sealed record Apply([AllowedValues(Subscription.Created)] string? SubscriptionStatus, string ProductName, string? Customer);

/// <summary>A product, and its premium in won.</summary>
internal sealed record ProductView(string ProductName, long Premium);
