namespace Mannam.Insurance.Subscription;

internal static class Policies
{
    public static IMessage[] Whenever(PaymentApproved paid, Subscription subscription) => subscription.Approve(paid.PaymentId);

    public static IMessage[] Whenever(PaymentCancelled _, Subscription subscription) => subscription.GiveBack();

    public static IMessage[] Whenever(UnderwriterAssigned assigned, Subscription subscription) =>
        subscription.Assign(assigned.UnderwritingId);

    public static IMessage[] Whenever(SubscriptionContracted _, Subscription subscription) => subscription.End(Subscription.Contracted);

    public static IMessage[] Whenever(SubscriptionRefused _, Subscription subscription) => subscription.End(Subscription.ConfirmRefuse);
}
