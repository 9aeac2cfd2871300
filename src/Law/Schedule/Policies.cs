namespace Mannam.Law.Schedule;

internal static class Policies
{
    /// <summary>What a new schedule needs to know.</summary>
    /// <param name="Id">Its own id.</param>
    /// <param name="Areas">The areas that are served now.</param>
    public sealed record Known(long Id, IReadOnlyList<string> Areas);

    public static IMessage[] Whenever(ConsultPayed paid, Schedule schedule, Known known) => schedule.Receive(paid, known.Id, known.Areas);

    public static IMessage[] Whenever(ConsultCancelled _, Schedule schedule) => schedule.Cancel();
}
