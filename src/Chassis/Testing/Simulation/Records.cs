using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;

namespace Mannam.Testing;

/// <summary>What the topic, the services outside and the services say of the sagas that followed a key.</summary>
/// <param name="business">The business.</param>
/// <param name="first">The key before the first saga's.</param>
/// <param name="log">The database of the topic.</param>
/// <param name="shown">What is shown at a path; null where there is nothing.</param>
internal sealed class Records(SimulatedBusiness business, long first, NpgsqlDataSource log, Func<string, Task<JsonNode?>> shown)
{
    /// <summary>All that is known of a saga, by its number from 1; null where there was none.</summary>
    public async Task<Saga?> FindAsync(
        int number,
        Dictionary<long, List<PublishedEvent>> events,
        Dictionary<long, List<string>> outside,
        IReadOnlyList<UserAnswer> told,
        IReadOnlyList<UserAction> done
    )
    {
        var key = first + number;
        var places = new Dictionary<string, JsonNode?>();
        foreach (var place in business.Resources)
            places[place] = await shown(place.Replace("{id}", key.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        var logged = events.GetValueOrDefault(key) ?? [];
        if (logged.Count == 0 && places.Values.All(p => p is null))
            return null;
        return new Saga(
            number,
            key,
            places,
            logged,
            outside.GetValueOrDefault(key) ?? [],
            [.. told.Where(t => t.Action.Saga == number || t.Saga == number)],
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

    /// <summary>Services outside record nothing but of the sagas there are.</summary>
    public static IEnumerable<Violation> CheckOutside(Dictionary<long, List<string>> outside, IEnumerable<Saga> sagas) =>
        outside
            .Keys.Except(sagas.Select(s => s.Key))
            .Select(key => new Violation("what is recorded outside is of a saga", $"{key}: {string.Join(", ", outside[key])}"));

    /// <summary>The events by saga, each in the order of the log; one that was published twice once.</summary>
    public async Task<Dictionary<long, List<PublishedEvent>>> EventsAsync()
    {
        await using var command = log.CreateCommand(
            """
            select key, headers->>'ce_type', headers->>'ce_source', value::text, headers->>'ce_id' from log where key > $1 order by partition, "offset"
            """
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = first });
        await using var rows = await command.ExecuteReaderAsync();
        var events = new Dictionary<long, List<PublishedEvent>>();
        var ids = new HashSet<string>();
        while (await rows.ReadAsync())
        {
            if (!ids.Add(rows.GetString(4)))
                continue;
            if (!events.TryGetValue(rows.GetInt64(0), out var saga))
                events.Add(rows.GetInt64(0), saga = []);
            saga.Add(new PublishedEvent(rows.GetString(1), rows.GetString(2), JsonNode.Parse(rows.GetString(3))!));
        }
        return events;
    }

    /// <summary>What services outside recorded after one of their records, by the key of the saga, and the number of the last record.</summary>
    public static async Task<(Dictionary<long, List<string>> Outside, long Last)> OutsideAsync(
        SimulatedBusiness business,
        long after,
        Func<string, NpgsqlDataSource> storeOf
    )
    {
        var records = await business.ReadOutsideAsync(after, storeOf);
        return (
            records.GroupBy(r => r.Key).ToDictionary(r => r.Key, r => r.Select(one => one.Text).ToList()),
            records.Select(r => r.Number).Append(after).Max()
        );
    }

    /// <summary>What a subscriber has handled, it will not ask for again: its stored position is behind the last event that it takes.</summary>
    public async Task<List<Violation>> CheckPositionsAsync(string name, NpgsqlDataSource store, IEnumerable<string> subscribesTo)
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
                .Select(t => new Violation("positions do not go back", $"{name}: {t.Value - stored.GetValueOrDefault(t.Key)} behind")),
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
