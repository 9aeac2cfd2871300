using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>The outbox of a service, read on the connection that holds the relay's lock.</summary>
internal sealed class PostgresOutbox(RelayLock relay) : IOutbox
{
    private NpgsqlConnection? _connection;

    /// <inheritdoc/>
    public async Task<bool> AcquireAsync(CancellationToken ct)
    {
        _connection = await relay.AcquireAsync(ct);
        return _connection is not null;
    }

    /// <inheritdoc/>
    public async Task<(long[] Ids, IReadOnlyList<TopicRecord> Records)> ReadAsync(long[] published, int max, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(_connection!);
        // Sent even without ids: it fails on a read-only store, and the connection is then closed to find a primary that has moved.
        batch.BatchCommands.Add(Removal(published));
        batch.BatchCommands.Add(
            new("select id, key, headers, value from outbox order by id limit $1")
            {
                Parameters = { new NpgsqlParameter<int> { TypedValue = max } },
            }
        );
        var ids = new List<long>();
        var records = new List<TopicRecord>();
        await using var rows = await batch.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
        {
            ids.Add(rows.GetInt64(0));
            records.Add(new TopicRecord(rows.GetInt64(1), rows.GetString(2), rows.GetString(3)));
        }
        return ([.. ids], records);
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(long[] published, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(_connection!) { BatchCommands = { Removal(published) } };
        await batch.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlBatchCommand Removal(long[] published) =>
        new("delete from outbox where id = any($1)") { Parameters = { new NpgsqlParameter<long[]> { TypedValue = published } } };

    public ValueTask DisposeAsync() => relay.DisposeAsync();
}
