namespace Mannam.Insurance.MyPage;

internal static class Policies
{
    public static IMessage[] Whenever(SubscriptionCreated e, MyPage page) => page.Fill(e);

    public static IMessage[] Whenever(PaymentIdConfirmed e, MyPage page) => page.Fill(e);

    public static IMessage[] Whenever(UnderwriterIdConfirmed e, MyPage page) => page.Fill(e);

    public static IMessage[] Whenever(CancelRequested e, MyPage page) => page.Fill(e);

    public static IMessage[] Whenever(SubscriptionCancelled e, MyPage page) => page.Fill(e);

    public static IMessage[] Whenever(PaymentApproved e, MyPage page) => page.Fill(e);

    public static IMessage[] Whenever(PaymentCancelled e, MyPage page) => page.Fill(e);

    public static IMessage[] Whenever(UnderwriterAssigned e, MyPage page) => page.Fill(e);

    public static IMessage[] Whenever(UnderwritingWithdrawn e, MyPage page) => page.Fill(e);

    public static IMessage[] Whenever(SubscriptionContracted e, MyPage page) => page.Fill(e, "contracted");

    public static IMessage[] Whenever(SubscriptionRefused e, MyPage page) => page.Fill(e, "confirmRefuse");
}
