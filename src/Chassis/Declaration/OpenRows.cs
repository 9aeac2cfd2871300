using Mannam.Chassis.Messaging;
using Npgsql;

namespace Mannam.Chassis.Declaration;

/// <summary>The rows of a table that a crash may have left open.</summary>
/// <param name="Table">The table; its correlation key is in <c>key</c>.</param>
/// <param name="Where">Which of its rows are open, as SQL.</param>
/// <param name="Since">The column that tells since when, set by the database.</param>
public sealed record OpenRows(string Table, string Where, string Since)
{
    /// <summary>The keys of those that have been open for so long, the oldest first.</summary>
    internal NpgsqlBatchCommand Find(TimeSpan olderThan) =>
        new($"select key from {Table} where {Where} and {Since} < now() - $1 order by {Since} limit 100")
        {
            Parameters = { new NpgsqlParameter<TimeSpan> { TypedValue = olderThan } },
        };

    /// <summary>What is open since a moment in the future counts from now: the database's clock was set back. Not as old enough, as its request may live.</summary>
    internal NpgsqlBatchCommand Restart() =>
        new($"update {Table} set {Since} = now() where {Where} and {Since} > now() + $1")
        {
            Parameters = { new NpgsqlParameter<TimeSpan> { TypedValue = FutureTimestamps.Tolerance } },
        };
}
