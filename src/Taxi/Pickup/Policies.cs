namespace Mannam.Taxi.Pickup;

internal static class Policies
{
    public static IMessage[] Whenever(PaymentApproved paid, Match match)
    {
        match.Offer(paid);
        return [];
    }

    public static IMessage[] Whenever(PaymentCancelled _, Match match) => match.Withdraw();
}
