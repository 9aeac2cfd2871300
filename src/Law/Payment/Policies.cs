namespace Mannam.Law.Payment;

internal static class Policies
{
    public static IMessage[] Whenever(ConsultCancelled _, Payment payment) => payment.GiveBack(Payment.Cancel);

    public static IMessage[] Whenever(ScheduleDenied _, Payment payment) => payment.GiveBack(Payment.Disable);
}
