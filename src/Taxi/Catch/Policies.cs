namespace Mannam.Taxi.Catch;

internal static class Policies
{
    public static IMessage[] Whenever(PickupAssigned _, Catch request)
    {
        request.Follow(Catch.PickupAssigned);
        return [];
    }

    public static IMessage[] Whenever(PickupCancelled _, Catch request)
    {
        request.Follow(Catch.PickupCancelled);
        return [];
    }
}
