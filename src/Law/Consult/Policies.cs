namespace Mannam.Law.Consult;

internal static class Policies
{
    /// <summary>The payment counts also when nobody waits for payment's answer any more.</summary>
    public static IMessage[] Whenever(PaymentApproved paid, Consult consult) => consult.Pay(paid.PaymentId).Messages;

    public static IMessage[] Whenever(ScheduleDenied _, Consult consult) => consult.Deny();
}
