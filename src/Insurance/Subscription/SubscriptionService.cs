using Mannam.Insurance.Events;
using Mannam.Payments.Faces;

namespace Mannam.Insurance.Subscription;

/// <summary>청약, the core: customers apply and pay at once, and may cancel until an underwriter is confirmed.</summary>
internal static class SubscriptionService
{
    public static readonly Setting<IReadOnlyList<Price>> Products = PriceList.Setting(
        "Products",
        "Fisrtcancer=50000,Fisrtcancer3=30000",
        "the products that can be applied for, and the premium of each, won"
    );

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Subscription>("청약", key => new Subscription(key))
        {
            Paths = ["subscriptions", "products"],
            Port = 8081,
            Settings = [Products],
        }
            .StoredInPostgreSql()
            .AskingPayment(
                PeerCall.To("insurance.payment", "Payment", 610, "api.url.payment", "prop.payment.url"),
                ResourcePaymentApi.Asking(
                    "payments",
                    (Subscription s) => new ApprovalRequest(s.Key, s.Premium),
                    InsuranceJson.Instance.ApprovalRequest,
                    InsuranceJson.Instance.PaymentState,
                    (s, paid) =>
                        paid.SubscriptionId == s.Key && paid.Premium == s.Premium && paid.PaymentStatus == "approvePayment"
                            ? paid.PaymentId
                            : null
                ),
                unpaid: new OpenRows("subscriptions", "status = 'created' and not is_paid", "requested_at"),
                end: subscription => subscription.NotPaid()
            )
            .Serving(Api.Map)
            .WithIdSequence("subscription_ids")
            .Publishing<SubscriptionCreated, PaymentIdConfirmed, UnderwriterIdConfirmed>()
            .Publishing<CancelRequested, SubscriptionCancelled>()
            .Whenever<PaymentApproved>(Policies.Whenever)
            .Whenever<PaymentCancelled>(Policies.Whenever)
            .Whenever<UnderwriterAssigned>(Policies.Whenever)
            .Whenever<SubscriptionContracted>(Policies.Whenever)
            .Whenever<SubscriptionRefused>(Policies.Whenever);
}
