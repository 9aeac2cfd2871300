namespace Mannam.Bench.Siege;

/// <summary>Compares the charges with the requests.</summary>
internal static class Money
{
    // More than the longest time until a failed request is settled.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private const string Kept = """
        select name from ledger group by name having sum(case action when 'charge' then 1 else -1 end) > 0
        """;

    private const string Twice =
        "select count(*) from (select name from ledger where action = 'charge' group by name having count(*) > 1) t";

    /// <summary>Waits until both agree, and returns a summary.</summary>
    /// <exception cref="BenchmarkFailedException">They do not agree, or a request was charged twice.</exception>
    internal static async Task<string> CompareAsync(string server, Besieged besieged, CancellationToken ct)
    {
        await using var requests = Open(server, besieged.Database);
        await using var provider = Open(server, "mannam_provider");
        await using var twice = provider.CreateCommand(Twice);
        if (await twice.ExecuteScalarAsync(ct) is > 0L and var count)
            throw new BenchmarkFailedException($"{count} requests were charged more than once");
        for (var end = DateTime.UtcNow + Patience; ; await Task.Delay(500, ct))
        {
            var living = await NamesAsync(requests, besieged.Living, ct);
            var charged = await NamesAsync(provider, Kept, ct);
            if (living.SetEquals(charged))
                return $"{charged.Count} charges are kept, for the {living.Count} requests that live; none charged without a request, none twice";
            if (DateTime.UtcNow > end)
                throw new BenchmarkFailedException(
                    $"{charged.Except(living).Count()} are charged without a request, {living.Except(charged).Count()} live without a charge"
                );
        }
    }

    private static NpgsqlDataSource Open(string server, string database) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server) { Database = database, MaxPoolSize = 1 });

    private static async Task<HashSet<string>> NamesAsync(NpgsqlDataSource store, string sql, CancellationToken ct)
    {
        await using var command = store.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var names = new HashSet<string>();
        while (await rows.ReadAsync(ct))
            names.Add(rows.GetString(0));
        return names;
    }
}
