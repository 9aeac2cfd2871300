using Mannam.Insurance.Events;

namespace Mannam.Insurance;

/// <summary>보험가입청약: a customer applies for a product and pays the premium; an underwriter is assigned, and approves, or refuses and the premium goes back.</summary>
public static class InsuranceSystem
{
    /// <summary>All of it.</summary>
    public static SystemDeclaration Declaration { get; } =
        new(
            "insurance",
            "Insurance (보험가입청약)",
            "subscriptionId",
            [
                Payment.PaymentService.Declaration,
                Subscription.SubscriptionService.Declaration,
                Underwriting.UnderwritingService.Declaration,
                MyPage.MyPageService.Declaration,
            ]
        )
        {
            Port = 8088,
        };
}

/// <summary>How what travels is written and read: resources, events, what is asked.</summary>
[JsonSerializable(typeof(SubscriptionState))]
[JsonSerializable(typeof(SubscriptionCreated))]
[JsonSerializable(typeof(PaymentIdConfirmed))]
[JsonSerializable(typeof(UnderwriterIdConfirmed))]
[JsonSerializable(typeof(CancelRequested))]
[JsonSerializable(typeof(SubscriptionCancelled))]
[JsonSerializable(typeof(PaymentState))]
[JsonSerializable(typeof(PaymentApproved))]
[JsonSerializable(typeof(PaymentCancelled))]
[JsonSerializable(typeof(UnderwritingState))]
[JsonSerializable(typeof(UnderwriterAssigned))]
[JsonSerializable(typeof(SubscriptionContracted))]
[JsonSerializable(typeof(SubscriptionRefused))]
[JsonSerializable(typeof(UnderwritingWithdrawn))]
[JsonSerializable(typeof(ApprovalRequest))]
[JsonSerializable(typeof(GiveBackDue))]
[JsonSerializable(typeof(Subscription.ProductView))]
[JsonSerializable(typeof(MyPage.MyPage))]
internal sealed partial class InsuranceJson : JsonSerializerContext
{
    public static InsuranceJson Instance { get; } = new(EventSerializer.Options());
}
