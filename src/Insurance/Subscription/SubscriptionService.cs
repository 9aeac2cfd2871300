using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Insurance.Events;
using Mannam.Messaging;
using Mannam.Payments;
using Mannam.PostgreSql;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Insurance.Subscription;

/// <summary>청약, the core: customers apply and pay at once, and may cancel until an underwriter is confirmed.</summary>
internal static class SubscriptionService
{
    public static readonly Setting<IReadOnlyList<Price>> Products = PriceList.Setting(
        "Products",
        "Fisrtcancer=50000,Fisrtcancer3=30000",
        "the products that can be applied for, and the premium of each, won"
    );
    private static readonly PeerCall Paying = PeerCall.To("insurance.payment", "Payment", 610, "api.url.payment", "prop.payment.url");

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Subscription>("insurance", "subscription", "청약", key => new Subscription(key))
        {
            Paths = ["subscriptions", "products"],
            Port = 8081,
            Schema = (typeof(SubscriptionService).Assembly, "Mannam.Insurance.Subscription/Schema.sql"),
            JsonContext = InsuranceEvents.Language,
            Settings = [Products],
            Calls = [Paying],
        }
            .StoredIn<SubscriptionDb, Subscription>()
            .WithServices(s => s.AddSingleton<Approval>())
            .Serving(Api.Map)
            .WithIdSequence("subscription_ids")
            // What a crash left without an outcome ends, and money that was taken for it goes back.
            .Sweeping(
                "OpenRequests",
                new OpenRows("subscriptions", "status = 'created' and not is_paid", "requested_at"),
                olderThan: settings => settings.Get(Paying.Limits!.Timeout) + TimeSpan.FromSeconds(5),
                subscription => subscription.NotPaid()
            )
            .Publishing<SubscriptionCreated>()
            .Publishing<PaymentIdConfirmed>()
            .Publishing<UnderwriterIdConfirmed>()
            .Publishing<CancelRequested>()
            .Publishing<SubscriptionCancelled>()
            .Whenever<PaymentApproved>((paid, subscription) => subscription.Approve(paid.PaymentId))
            .Whenever<PaymentCancelled>((_, subscription) => subscription.GiveBack())
            .Whenever<UnderwriterAssigned>((assigned, subscription) => subscription.Assign(assigned.UnderwritingId))
            .Whenever<SubscriptionContracted>((_, subscription) => subscription.End(Subscription.Contracted))
            .Whenever<SubscriptionRefused>((_, subscription) => subscription.End(Subscription.ConfirmRefuse));
}
