namespace Mannam.Insurance.Subscription;

/// <summary>청약: customers apply and pay at once. They may cancel until an underwriter is confirmed.</summary>
internal static class SubscriptionService
{
    public static readonly Setting<IReadOnlyList<Price>> Products = PriceList.Setting(
        "Products",
        "Fisrtcancer=50000,Fisrtcancer3=30000",
        "the products that can be applied for, and the premium of each, won"
    );

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Subscription>("청약", key => new Subscription(key)) { Port = 8081 }
            .WithSetting(Products)
            .StoredInPostgreSql()
            .AskingPayment(
                PeerCall.To("insurance.payment", "Payment", 610, "api.url.payment", "prop.payment.url"),
                ResourcePaymentApi.Asking<Subscription, ApprovalRequest, PaymentState>(
                    "payments",
                    (s, paid) =>
                        paid.SubscriptionId == s.Key && paid.Premium == s.Premium && paid.PaymentStatus == "approvePayment"
                            ? paid.PaymentId
                            : null
                ),
                unpaid: new OpenRows("subscriptions", "status = 'created' and not is_paid", "requested_at"),
                end: subscription => subscription.NotPaid()
            )
            .Serving(Api.Map, "subscriptions", "products")
            .WithIdSequence("subscription_ids")
            .Publishing<SubscriptionCreated, PaymentIdConfirmed, UnderwriterIdConfirmed>()
            .Publishing<CancelRequested, SubscriptionCancelled>()
            .WithPolicies(typeof(Policies));
}
