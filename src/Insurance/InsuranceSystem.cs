using Mannam.Abstractions;

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
