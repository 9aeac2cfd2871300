using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;

namespace Mannam.Simulation;

/// <summary>What the topic, the provider's ledger and the services say of the sagas that followed a key.</summary>
/// <param name="business">The business.</param>
/// <param name="first">The key before the first saga's.</param>
/// <param name="log">The database of the topic.</param>
/// <param name="shown">What is shown at a path; null where there is nothing.</param>
internal sealed class Records(Business business, long first, NpgsqlDataSource log, Func<string, Task<JsonNode?>> shown)
{
    /// <summary>All that is known of a saga, by its number from 1; null where there was none.</summary>
    public async Task<Saga?> FindAsync(
        int number,
        Dictionary<long, List<Logged>> events,
        Dictionary<string, List<string>> ledger,
        IReadOnlyList<GivenAnswer> told,
        IReadOnlyList<Act> done
    )
    {
        var key = first + number;
        var places = new Dictionary<string, JsonNode?>();
        foreach (var place in business.Places)
            places[place] = await shown(place.Replace("{id}", key.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        var logged = events.GetValueOrDefault(key) ?? [];
        if (logged.Count == 0 && places.Values.All(p => p is null))
            return null;
        return new Saga(
            number,
            key,
            places,
            logged,
            ledger.GetValueOrDefault(business.ChargeOf(key)) ?? [],
            [.. told.Where(t => t.Act.Saga == number || t.Saga == number)],
            [.. done.Where(a => a.Saga == number)]
        );
    }

    /// <summary>What is shown at a path, of a collection the only item; null where there is nothing.</summary>
    public static async Task<JsonNode?> ShownAsync(HttpMessageInvoker http, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("http://localhost" + path));
        using var answer = await http.SendAsync(request, CancellationToken.None);
        var shown = answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync()) : null;
        return shown switch
        {
            JsonArray { Count: 0 } => null,
            JsonObject all when all["_embedded"] is JsonObject items => items.Single().Value!.AsArray().SingleOrDefault(),
            _ => shown,
        };
    }

    /// <summary>No request is charged twice; what lives is paid, what does not has its money back.</summary>
    public IEnumerable<Broken> CheckMoney(Saga saga)
    {
        var charges = saga.Ledger.Count(m => m.StartsWith("charge", StringComparison.Ordinal));
        var told = string.Join(", ", saga.Ledger);
        if (charges > 1)
            yield return new("charged once", $"#{saga.Number}: {told}");
        var kept = charges - (saga.Ledger.Count - charges);
        if (kept != (business.IsPaid(saga) ? 1 : 0))
            yield return new("the ledger is what is paid", $"#{saga.Number}: [{told}]");
    }

    /// <summary>Money moves for nothing but the sagas there are.</summary>
    public IEnumerable<Broken> CheckLedger(Dictionary<string, List<string>> ledger, IEnumerable<Saga> sagas) =>
        ledger
            .Keys.Except(sagas.Select(s => business.ChargeOf(s.Key)))
            .Select(name => new Broken("money moves for a request", $"{name}: {string.Join(", ", ledger[name])}"));

    /// <summary>The events by saga, each in the order of the log; one that was published twice once.</summary>
    public async Task<Dictionary<long, List<Logged>>> EventsAsync()
    {
        await using var command = log.CreateCommand(
            """
            select key, headers->>'ce_type', headers->>'ce_source', value::text, headers->>'ce_id' from log where key > $1 order by partition, "offset"
            """
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = first });
        await using var rows = await command.ExecuteReaderAsync();
        var events = new Dictionary<long, List<Logged>>();
        var ids = new HashSet<string>();
        while (await rows.ReadAsync())
        {
            if (!ids.Add(rows.GetString(4)))
                continue;
            if (!events.TryGetValue(rows.GetInt64(0), out var saga))
                events.Add(rows.GetInt64(0), saga = []);
            saga.Add(new Logged(rows.GetString(1), rows.GetString(2), JsonNode.Parse(rows.GetString(3))!));
        }
        return events;
    }

    /// <summary>The movements of money after one, by the name of the charge, and the last of them.</summary>
    public static async Task<(Dictionary<string, List<string>> Ledger, long Last)> LedgerAsync(NpgsqlDataSource provider, long after)
    {
        await using var command = provider.CreateCommand("select name, action, amount, id from ledger where id > $1 order by id");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        await using var rows = await command.ExecuteReaderAsync();
        var ledger = new Dictionary<string, List<string>>();
        while (await rows.ReadAsync())
        {
            if (!ledger.TryGetValue(rows.GetString(0), out var movements))
                ledger.Add(rows.GetString(0), movements = []);
            movements.Add($"{rows.GetString(1)} {rows.GetInt64(2)}");
            after = rows.GetInt64(3);
        }
        return (ledger, after);
    }

    /// <summary>What a subscriber has handled, it will not ask for again: its stored position is behind the last event that it takes.</summary>
    public async Task<List<Broken>> CheckPositionsAsync(string name, NpgsqlDataSource store, IEnumerable<string> subscribesTo)
    {
        var stored = await PositionsAsync(store);
        var taken = await PairsAsync(
            log,
            """select partition, max("offset") + 1 from log where key > $1 and headers->>'ce_type' = any($2) group by partition""",
            new NpgsqlParameter<long> { TypedValue = first },
            new NpgsqlParameter<string[]> { TypedValue = [.. subscribesTo] }
        );
        return
        [
            .. taken
                .Where(t => stored.GetValueOrDefault(t.Key) < t.Value)
                .Select(t => new Broken("positions do not go back", $"{name}: {t.Value - stored.GetValueOrDefault(t.Key)} behind")),
        ];
    }

    /// <summary>How far a subscriber has come, as it is stored.</summary>
    public static Task<Dictionary<int, long>> PositionsAsync(NpgsqlDataSource store) =>
        PairsAsync(store, "select partition, next from positions");

    private static async Task<Dictionary<int, long>> PairsAsync(NpgsqlDataSource store, string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = store.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var rows = await command.ExecuteReaderAsync();
        var pairs = new Dictionary<int, long>();
        while (await rows.ReadAsync())
            pairs[rows.GetInt32(0)] = rows.GetInt64(1);
        return pairs;
    }
}
