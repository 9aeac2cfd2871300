namespace Mannam.Messaging;

/// <summary>Port: the connections of a service to its own store.</summary>
public interface IConnections
{
    /// <summary>Whether this failure makes existing connections unusable, such as connections to a primary that has moved.</summary>
    bool AreEndedBy(string code);

    /// <summary>Closes all idle connections, so that new ones find the current server.</summary>
    void Clear();
}

/// <summary>Gets every failure of a service. It counts external failures, and closes connections that have become unusable.</summary>
internal sealed class ExternalFailures(ServiceMetrics metrics, IConnections connections)
{
    // Under load many calls meet the same failure, and connecting is expensive.
    private static readonly long Apart = (long)TimeSpan.FromSeconds(1).TotalMilliseconds;
    private long _cleared = -Apart;

    /// <summary>Reports a failure.</summary>
    /// <param name="where">The reporter, such as <c>consumer</c> or <c>http</c>.</param>
    /// <param name="failure">The external failure; null if there was none.</param>
    public void Report(string where, ExternalFailure? failure)
    {
        if (failure is null)
            return;
        metrics.Refused(where, failure);
        var (now, before) = (Environment.TickCount64, Volatile.Read(ref _cleared));
        if (
            failure.Source == ExternalFailure.Store
            && connections.AreEndedBy(failure.Code)
            && now - before >= Apart
            && Interlocked.CompareExchange(ref _cleared, now, before) == before
        )
        {
            connections.Clear();
        }
    }
}
