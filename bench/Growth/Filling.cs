using System.Diagnostics;
using System.Globalization;
using Mannam.Bench.Stand;

namespace Mannam.Bench.Growth;

/// <summary>Copies one finished request many times, by the SQL of Fill.sql.</summary>
internal static class Filling
{
    private static readonly string[] Consumers = ["taxi_catch", "taxi_pickup", "taxi_mypage", "taxi_payment"];

    /// <summary>Fills the databases. The services must be stopped.</summary>
    /// <param name="server">Their server.</param>
    /// <param name="prefix">The prefix of the databases' names.</param>
    /// <param name="first">The key of the finished request.</param>
    /// <param name="count">The number of copies.</param>
    /// <param name="ct">Cancels.</param>
    internal static async Task FillAsync(string server, string prefix, long first, int count, CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        var last = await LastAsync(server, prefix, ct);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        string Filled(string sql) =>
            new Dictionary<string, string>
            {
                ["{first}"] = Text(first),
                ["{last}"] = Text(last),
                ["{count}"] = Text(count),
                ["{now}"] = Text(now) + "::bigint",
            }.Aggregate(sql, (filled, value) => filled.Replace(value.Key, value.Value, StringComparison.Ordinal));
        await Task.WhenAll(Parts().Select(part => FillAsync(server, prefix + part.Database, Filled(part.Sql), ct)));
        var ends = await EndsAsync(server, prefix, ct);
        foreach (var database in Consumers)
            await MoveAsync(server, prefix + database, ends, ct);
        TestStand.Progress(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{count} requests filled in within {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s"
            )
        );
    }

    /// <summary>The number of expired rows: events handled 30 days ago, keys of yesterday.</summary>
    internal static async Task<long> ExpiredAsync(string server, string prefix, CancellationToken ct)
    {
        var left = 0L;
        foreach (var database in Consumers)
        {
            await using var store = Open(server, prefix + database);
            await using var command = store.CreateCommand(
                "select (select count(*) from inbox where at < now() - interval '30 days') + (select count(*) from idempotency where created < now() - interval '24 hours')"
            );
            left += (long)(await command.ExecuteScalarAsync(ct))!;
        }
        return left;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<long> LastAsync(string server, string prefix, CancellationToken ct)
    {
        await using var store = Open(server, prefix + "taxi_catch");
        await using var command = store.CreateCommand("select last_value from catch_ids");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private static List<(string Database, string Sql)> Parts()
    {
        using var file = new StreamReader(typeof(Filling).Assembly.GetManifestResourceStream("Fill.sql")!);
        const string In = "-- in ";
        return file.ReadToEnd()
            .Split('\n' + In)
            .Skip(1)
            .Select(part => (part[..part.IndexOf(':', StringComparison.Ordinal)], "-- " + part))
            .ToList();
    }

    private static async Task FillAsync(string server, string database, string sql, CancellationToken ct)
    {
        await using var store = Open(server, database);
        await using (var fill = store.CreateCommand(sql))
            await fill.ExecuteNonQueryAsync(ct);
        // Autovacuum would do it later. The benchmark must not depend on its timing.
        await using var analyse = store.CreateCommand("vacuum analyze");
        await analyse.ExecuteNonQueryAsync(ct);
    }

    private static async Task<(int[] Partitions, long[] Ends)> EndsAsync(string server, string prefix, CancellationToken ct)
    {
        await using var store = Open(server, prefix + "taxi_log");
        await using var command = store.CreateCommand(
            """select partition, max("offset") + 1 from log group by partition order by partition"""
        );
        await using var rows = await command.ExecuteReaderAsync(ct);
        var (partitions, ends) = (new List<int>(), new List<long>());
        while (await rows.ReadAsync(ct))
        {
            partitions.Add(rows.GetInt32(0));
            ends.Add(rows.GetInt64(1));
        }
        return ([.. partitions], [.. ends]);
    }

    // The copied events count as handled.
    private static async Task MoveAsync(string server, string database, (int[] Partitions, long[] Ends) ends, CancellationToken ct)
    {
        await using var store = Open(server, database);
        await using var command = store.CreateCommand(
            "update positions p set next = e.next, last = null from unnest($1, $2) e(partition, next) where p.partition = e.partition"
        );
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = ends.Partitions });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = ends.Ends });
        await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlDataSource Open(string server, string database) =>
        NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(server)
            {
                Database = database,
                MaxPoolSize = 1,
                CommandTimeout = 0,
            }
        );
}
