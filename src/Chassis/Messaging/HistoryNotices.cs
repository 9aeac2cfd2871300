using Microsoft.Extensions.Logging;

namespace Mannam.Messaging;

/// <summary>Reports a changed topic or database: in the log, in metrics, and in health until the process ends.</summary>
internal sealed class HistoryNotices(ServiceMetrics metrics, TimeProvider time, ILogger log)
{
    /// <summary>The latest report; null if there is none.</summary>
    public string? Latest { get; private set; }

    /// <summary>The partition has another history than the one that was read.</summary>
    public void BeganAgain(string place, long was, long from, string why)
    {
        metrics.BeganAgain();
        log.LogError(
            "{Place} has another history than the one that was read up to {Was}: {Why}. It is read again from {From}; handled events have no second effect",
            place,
            was,
            why,
            from
        );
        Tell($"{place} is read again from {from}: {why}");
    }

    /// <summary>Records were deleted before the service had read them.</summary>
    public void Gone(string place, long records, long from)
    {
        metrics.Gone(records);
        log.LogError("{Records} records of {Place} were deleted before they were read. Reading goes on at {From}", records, place, from);
        Tell($"{records} records of {place} were deleted before they were read");
    }

    /// <summary>Events were skipped when their partition was read again, because they are older than the inbox's memory.</summary>
    public void PassedOver(int events, string lastId)
    {
        metrics.PassedOver(events);
        log.LogWarning(
            "{Events} events are not handled again, because they are older than the inbox's memory; the last is {Id}",
            events,
            lastId
        );
    }

    /// <summary>The database has gone back to an older state: commits are missing.</summary>
    /// <param name="how">The evidence.</param>
    public void WentBack(string how)
    {
        metrics.WentBack();
        log.LogCritical("The service's database has gone back to an older state: {How}. Its later decisions are lost here", how);
        Tell($"the database has gone back: {how}");
    }

    private void Tell(string what) => Latest = $"{what} (since {time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'})";
}
