using Mannam.Law.Events;

namespace Mannam.Law.Schedule;

internal static class Policies
{
    /// <summary>What the schedule of a paid consult needs to know.</summary>
    /// <param name="Id">Its own id.</param>
    /// <param name="Areas">The areas served now.</param>
    public sealed record Known(long Id, IReadOnlyList<string> Areas);

    public static IMessage[] Whenever(ConsultPayed paid, Schedule schedule, Known known) => schedule.Receive(paid, known.Id, known.Areas);

    public static IMessage[] Whenever(ConsultCancelled _, Schedule schedule) => schedule.Cancel();
}
