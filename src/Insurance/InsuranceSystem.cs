namespace Mannam.Insurance;

/// <summary>보험가입청약: a customer applies for a product and pays the premium. An underwriter approves, or refuses and the premium goes back.</summary>
public static class InsuranceSystem
{
    /// <summary>The system and its services.</summary>
    public static SystemDeclaration Declaration { get; } =
        new SystemDeclaration("insurance", "Insurance (보험가입청약)", "subscriptionId") { Port = 8088 }
            .With(Payment.PaymentService.Declaration)
            .With(Subscription.SubscriptionService.Declaration)
            .With(Underwriting.UnderwritingService.Declaration)
            .With(MyPage.MyPageService.Declaration);
}

/// <summary>The JSON of all that travels: resources, events, requests between services.</summary>
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
internal sealed partial class InsuranceJson : JsonSerializerContext;
