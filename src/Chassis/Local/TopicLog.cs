using Npgsql;
using NpgsqlTypes;

namespace Mannam.Local;

/// <summary>A topic in its own database: appends and reads. Offsets of a partition count from 0 without gaps.</summary>
/// <param name="connectionString">The topic's own database.</param>
/// <param name="topic">Its name.</param>
/// <param name="wanted">The number of partitions of a new log. An existing log keeps its own.</param>
internal sealed class TopicLog(string connectionString, string topic, int wanted) : IAsyncDisposable
{
    private static readonly Schema Schema = new(("log", typeof(TopicLog).Assembly, "Mannam.Local.Log.sql"));

    private const string Insert = """
        insert into log (partition, "offset", key, headers, value) select * from unnest($1, $2, $3, $4, $5)
        """;

    // The writer's lock ends with its connection, so that connection does not return to a pool.
    private readonly NpgsqlDataSource _unpooled = Store.Open(
        new NpgsqlConnectionStringBuilder(Store.Tuned(connectionString)) { Pooling = false }.ToString()
    );

    public string Topic => topic;

    /// <summary>The number of its partitions, after <see cref="MakeAsync"/>. Another number would break the order of a saga's events.</summary>
    public int Partitions { get; private set; }

    public NpgsqlDataSource Database { get; } = Store.Open(Store.Tuned(connectionString));

    /// <summary>Creates missing tables, and reads the number of partitions.</summary>
    /// <exception cref="InvalidOperationException">It is another log now, with another number of partitions.</exception>
    public async Task MakeAsync(CancellationToken ct)
    {
        await Schema.ApplyAsync(Database, ct);
        var before = Partitions;
        var now = await ReadPartitionsAsync(ct) ?? await SetPartitionsAsync(before > 0 ? before : wanted, ct);
        if (before > 0 && now != before)
            throw new InvalidOperationException($"the log of {topic} has {now} partitions now, but had {before}; restart to read it");
        Partitions = now;
    }

    private async Task<int?> ReadPartitionsAsync(CancellationToken ct)
    {
        await using var command = Database.CreateCommand("select partitions from history");
        return await command.ExecuteScalarAsync(ct) as int?;
    }

    // If two processes do this at the same time, the second gets the number of the first.
    private async Task<int> SetPartitionsAsync(int number, CancellationToken ct)
    {
        await using var command = Database.CreateCommand(
            """
            update history set partitions = coalesce(partitions, greatest($1, (select max(partition) + 1 from log))) returning partitions
            """
        );
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = number });
        return (int)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>The partition of all events of a saga.</summary>
    public int PartitionOf(long key) => (int)((ulong)key % (ulong)Partitions);

    /// <summary>A connection that holds the writer's lock while it lives; null if another process holds it.</summary>
    public async Task<NpgsqlConnection?> LockAsync(CancellationToken ct)
    {
        var connection = await _unpooled.OpenConnectionAsync(ct);
        var held = false;
        try
        {
            await using var tryLock = new NpgsqlCommand("select pg_try_advisory_lock(77001520, 3)", connection);
            held = await tryLock.ExecuteScalarAsync(ct) is true;
            return held ? connection : null;
        }
        finally
        {
            if (!held)
                await connection.DisposeAsync();
        }
    }

    /// <summary>The next offset of each partition.</summary>
    public async Task<long[]> EndsAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """select p, coalesce((select max("offset") + 1 from log where partition = p), 0) from generate_series(0, $1 - 1) p""",
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Partitions });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var ends = new long[Partitions];
        while (await rows.ReadAsync(ct))
            ends[rows.GetInt32(0)] = rows.GetInt64(1);
        return ends;
    }

    /// <summary>The state of each partition at the given positions.</summary>
    public async Task<Dictionary<int, PartitionState>> FindAsync(IReadOnlyDictionary<int, Position> positions, CancellationToken ct)
    {
        await using var command = Database.CreateCommand(
            """
            select p, (select id::text from history),
                coalesce((select min("offset") from log where partition = p), 0), coalesce((select max("offset") + 1 from log where partition = p), 0),
                l."offset", l.key, l.headers, l.value
            from unnest($1, $2) v(p, last) left join log l on l.partition = p and l."offset" = last
            """
        );
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. positions.Keys] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. positions.Values.Select(p => p.Next - 1)] });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var found = new Dictionary<int, PartitionState>();
        while (await rows.ReadAsync(ct))
        {
            var (partition, first, end) = (rows.GetInt32(0), rows.GetInt64(2), rows.GetInt64(3));
            // Offsets have no gaps: each offset between the first record and the end has a record.
            Guid? last =
                !rows.IsDBNull(4) ? Read(partition, rows, 4).Fingerprint
                : positions[partition].Next > first ? Guid.Empty
                : null;
            found[partition] = new(rows.IsDBNull(1) ? null : rows.GetString(1), first, end, last);
        }
        return found;
    }

    private static ReceivedEvent Read(int partition, NpgsqlDataReader rows, int at) =>
        ReceivedEvent.Read(partition, rows.GetInt64(at), rows.GetInt64(at + 1), rows.GetString(at + 2), rows.GetString(at + 3));

    /// <summary>Appends all records, or none, at the offsets that the lock's holder chose.</summary>
    public static async Task AppendAsync(
        NpgsqlConnection connection,
        int[] partition,
        long[] offset,
        IReadOnlyList<TopicRecord> records,
        CancellationToken ct
    )
    {
        var (keys, headers, values) = (new long[records.Count], new string[records.Count], new string[records.Count]);
        for (var i = 0; i < records.Count; i++)
            (keys[i], headers[i], values[i]) = (records[i].Key, records[i].Headers, records[i].Value);
        await using var command = new NpgsqlCommand(Insert, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<int[]> { TypedValue = partition },
                new NpgsqlParameter<long[]> { TypedValue = offset },
                new NpgsqlParameter<long[]> { TypedValue = keys },
                new NpgsqlParameter<string[]> { TypedValue = headers, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Json },
                new NpgsqlParameter<string[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Json },
            },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>A partition's records from an offset on, at most <paramref name="max"/>.</summary>
    public async Task<List<ReceivedEvent>> ReadAsync(int partition, long from, int max, CancellationToken ct)
    {
        await using var command = Database.CreateCommand(
            """select "offset", key, headers, value from log where partition = $1 and "offset" >= $2 order by "offset" limit $3"""
        );
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = partition });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = max });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var records = new List<ReceivedEvent>();
        while (await rows.ReadAsync(ct))
            records.Add(Read(partition, rows, 0));
        return records;
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _unpooled.DisposeAsync();
    }
}
