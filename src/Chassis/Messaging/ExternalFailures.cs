namespace Mannam.Messaging;

/// <summary>Port: the connections of a service to its own store.</summary>
public interface IConnections
{
    /// <summary>Whether connections that met this failure cannot be used any more, such as those to a primary that was moved.</summary>
    bool AreEndedBy(string code);

    /// <summary>Gives up all connections that are idle: new ones find what is there now.</summary>
    void Clear();
}

/// <summary>Is told of every failure of a service, whoever met it: counts what others refuse, and gives up connections that cannot be used any more.</summary>
internal sealed class ExternalFailures(ServiceMetrics metrics, IConnections connections)
{
    // Under load many meet the same failure, and connecting is expensive.
    private static readonly long Apart = (long)TimeSpan.FromSeconds(1).TotalMilliseconds;
    private long _cleared = -Apart;

    /// <summary>Something failed.</summary>
    /// <param name="where">Who met it, such as <c>consumer</c> or <c>http</c>.</param>
    /// <param name="failure">Why; null where nobody else refused anything.</param>
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
