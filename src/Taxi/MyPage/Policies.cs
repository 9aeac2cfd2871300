namespace Mannam.Taxi.MyPage;

internal static class Policies
{
    public static IMessage[] Whenever(PaymentApproved paid, MyPage page) => page.Show(paid);

    public static IMessage[] Whenever(PickupAssigned assigned, MyPage page) => page.Follow(nameof(PickupAssigned), assigned.Driver);

    public static IMessage[] Whenever(PickupCancelled _, MyPage page) => page.Follow(nameof(PickupCancelled), driver: null);

    public static IMessage[] Whenever(CatchCancelled _, MyPage page) => page.Follow(nameof(CatchCancelled), page.Driver);

    public static IMessage[] Whenever(PaymentCancelled _, MyPage page) => page.End();
}
