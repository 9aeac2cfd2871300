using Mannam.Chassis.Messaging;
using Npgsql;

namespace Mannam.Chassis.Hosting;

/// <summary>Is told of every failure of a service, whoever met it: counts what others refuse, and gives up connections that cannot be used any more.</summary>
internal sealed class ExternalFailures(ServiceMetrics metrics, params NpgsqlDataSource[] pools)
{
    // A primary that was moved, and plans or statements that the store has forgotten: a new connection finds what is there now. So it does after a store that
    // was lost: whoever asks next would stumble over what is left in the pools.
    private static readonly string[] EndConnections =
    [
        PostgresErrorCodes.ReadOnlySqlTransaction,
        PostgresErrorCodes.InvalidSqlStatementName,
        PostgresErrorCodes.FeatureNotSupported,
    ];

    // Under load many meet the same obstacle, and connecting is dear.
    private static readonly long Apart = (long)TimeSpan.FromSeconds(1).TotalMilliseconds;
    private long _given = -Apart;

    /// <summary>Something failed.</summary>
    /// <param name="where">Who met it, such as <c>consumer</c> or <c>http</c>.</param>
    /// <param name="failure">Why; null where nobody else refused anything.</param>
    public void Report(string where, ExternalFailure? failure)
    {
        if (failure is null)
            return;
        metrics.Refused(where, failure);
        var (now, before) = (Environment.TickCount64, Volatile.Read(ref _given));
        if (
            failure.Source == ExternalFailure.Store
            && EndsConnections(failure.Code)
            && now - before >= Apart
            && Interlocked.CompareExchange(ref _given, now, before) == before
        )
            Array.ForEach(pools, p => p.Clear());
    }

    private static bool EndsConnections(string code) =>
        EndConnections.Contains(code)
        || code == ExternalFailure.ConnectionLost
        || code.StartsWith("57P", StringComparison.Ordinal)
        || code.StartsWith("08", StringComparison.Ordinal);
}
