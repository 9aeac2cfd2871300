namespace Mannam.Taxi.Payment;

internal static class Policies
{
    public static IMessage[] Whenever(CatchCancelled _, Payment payment) => payment.GiveBack(Payment.CancelWord);
}
