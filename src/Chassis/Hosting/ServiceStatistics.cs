using Npgsql;

namespace Mannam.Chassis.Hosting;

/// <summary>What a service's store holds of events and owed things; read without the service, so also while it is stopped.</summary>
/// <param name="Positions">The next offset of each partition, by topic and partition.</param>
/// <param name="Waiting">Events that wait to be tried again, or behind one that does.</param>
/// <param name="Parked">Events that were given up.</param>
/// <param name="Unsent">Events that are committed and not in the topic for certain yet.</param>
/// <param name="Owed">Things that the service owes itself.</param>
public sealed record ServiceStatistics(
    IReadOnlyList<(string Topic, int Partition, long Next)> Positions,
    long Waiting,
    long Parked,
    long Unsent,
    long Owed
)
{
    /// <summary>Reads them, all of the same moment.</summary>
    /// <exception cref="PostgresException">There is no such database, or it was never used by this version.</exception>
    public static async Task<ServiceStatistics> ReadAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(database);
        await using var command = database.CreateCommand(
            """
            select (select count(*) from waiting where parked_at is null), (select count(*) from waiting where parked_at is not null),
                (select count(*) from outbox), (select count(*) from due),
                coalesce(array_agg(topic order by topic, partition), '{}'), coalesce(array_agg(partition order by topic, partition), '{}'),
                coalesce(array_agg(next order by topic, partition), '{}')
            from positions
            """
        );
        await using var rows = await command.ExecuteReaderAsync(ct);
        await rows.ReadAsync(ct);
        var (topics, partitions, next) = (rows.GetFieldValue<string[]>(4), rows.GetFieldValue<int[]>(5), rows.GetFieldValue<long[]>(6));
        return new(
            [.. topics.Select((topic, i) => (topic, partitions[i], next[i]))],
            rows.GetInt64(0),
            rows.GetInt64(1),
            rows.GetInt64(2),
            rows.GetInt64(3)
        );
    }
}
