using Npgsql;

namespace Mannam.Chassis.Messaging;

/// <summary>Moments that are stored count from when they were set. One that was set in the future was set by a clock that was wrong, or has been set back
/// since: it is due now, so that nothing waits longer than its own pause.</summary>
internal static class FutureTimestamps
{
    /// <summary>Clocks of replicas differ by less.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    /// <summary>Makes due in a table what was set in the future.</summary>
    /// <param name="table">The table, with a column <c>set_at</c> that has an index.</param>
    /// <param name="due">Its column that tells when a row is due.</param>
    /// <param name="waits">Which of its rows wait; all unless given.</param>
    /// <param name="now">The time.</param>
    public static NpgsqlBatchCommand MakeDue(string table, string due, string waits, DateTimeOffset now) =>
        new($"update {table} set {due} = $1, set_at = $1 where {waits} and set_at > $2")
        {
            Parameters =
            {
                new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime },
                new NpgsqlParameter<DateTime> { TypedValue = (now + Tolerance).UtcDateTime },
            },
        };
}
