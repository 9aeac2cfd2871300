namespace Mannam.Insurance.Payment;

internal static class Policies
{
    public static IMessage[] Whenever(CancelRequested _, Payment payment) => payment.GiveBack(Payment.Cancel);

    public static IMessage[] Whenever(SubscriptionRefused _, Payment payment) => payment.GiveBack(Payment.Refuse);
}
