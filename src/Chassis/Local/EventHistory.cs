using System.Runtime.CompilerServices;
using Npgsql;

namespace Mannam.Local;

/// <summary>Reads a topic's log as history, for people.</summary>
public static class EventHistory
{
    /// <summary>The number of records at the given positions and after.</summary>
    public static async Task<long> CountFromAsync(
        NpgsqlDataSource log,
        IReadOnlyCollection<(int Partition, long Next)> positions,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(log);
        // Offsets have no gaps, so the last offset is enough.
        await using var command = log.CreateCommand(
            """
            select coalesce(sum(coalesce((select max("offset") + 1 from log where partition = p.partition), 0) - p.next), 0)::bigint
            from unnest($1, $2) p(partition, next)
            """
        );
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. positions.Select(p => p.Partition)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. positions.Select(p => p.Next)] });
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>The events of a saga, or of all, by the producers' commit times; those of one producer in order.</summary>
    public static async IAsyncEnumerable<ReceivedEvent> ReadAsync(
        string connectionString,
        long? key,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var command = database.CreateCommand(
            $"""
            select partition, "offset", key, headers, value from log {(key is null ? "" : "where key = $1")}
            order by (headers->>'ce_time')::timestamptz, partition, "offset"
            """
        );
        if (key is { } saga)
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = saga });
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            yield return ReceivedEvent.Read(rows.GetInt32(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetString(3), rows.GetString(4));
    }
}
