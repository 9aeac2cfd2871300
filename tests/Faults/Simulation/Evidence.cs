using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;

namespace Mannam.Simulation;

/// <summary>What is found once all is settled, and what of it does not hold.</summary>
internal sealed class Evidence(World world, long first, People people)
{
    /// <summary>Reads everything of the run, and checks it.</summary>
    public async Task<List<Broken>> CheckAsync()
    {
        var (events, ledger) = (await EventsAsync(), await LedgerAsync());
        var sagas = new List<Saga>();
        var last = await LastAsync();
        for (var number = 1; number <= last; number++)
        {
            if (await FindAsync(number, events, ledger) is { } saga)
                sagas.Add(saga);
        }
        var broken = new List<Broken>();
        foreach (var saga in sagas)
        {
            broken.AddRange(CheckMoney(saga));
            broken.AddRange(world.Business.Check(saga).Select(b => b with { How = $"#{saga.Number}: {b.How}" }));
        }
        broken.AddRange(
            ledger
                .Keys.Except(sagas.Select(s => world.ChargeOf(s.Key)))
                .Select(name => new Broken("money moves for a request", $"{name}: {string.Join(", ", ledger[name])}"))
        );
        broken.AddRange(people.Broken);
        broken.AddRange(CheckKeys());
        broken.AddRange(world.Business.Check(sagas, people.Told));
        broken.AddRange(await CheckPositionsAsync());
        broken.AddRange(people.Told.Where(t => t.Status == 500).Select(t => new Broken("no answer is 500", t.Act.Text)));
        return broken;
    }

    private async Task<long> LastAsync()
    {
        var (service, sequence) = world.Business.Ids[0];
        await using var command = world[service].Store.CreateCommand($"select last_value from {sequence}");
        return (long)(await command.ExecuteScalarAsync())! - first;
    }

    // A key is answered as it was at first, once there was an answer that is remembered.
    private IEnumerable<Broken> CheckKeys() =>
        people
            .Told.Where(t => t.Act.Key is not null && t.Status is 200 or 201 or 402)
            .GroupBy(t => t.Act.Key)
            .Where(key => key.Select(t => (t.Status, t.Saga)).Distinct().Count() > 1)
            .Select(key => new Broken(
                "the first answer again",
                $"{key.First().Act.Text}: {string.Join(", ", key.Select(t => $"{t.Status} #{t.Saga}"))}"
            ));

    // No request is charged twice; what lives is paid, what does not has its money back.
    private IEnumerable<Broken> CheckMoney(Saga saga)
    {
        var charges = saga.Ledger.Count(m => m.StartsWith("charge", StringComparison.Ordinal));
        var told = string.Join(", ", saga.Ledger);
        if (charges > 1)
            yield return new("charged once", $"#{saga.Number}: {told}");
        var kept = charges - (saga.Ledger.Count - charges);
        if (kept != (world.Business.IsPaid(saga) ? 1 : 0))
            yield return new("the ledger is what is paid", $"#{saga.Number}: [{told}]");
    }

    private async Task<Saga?> FindAsync(int number, Dictionary<long, List<Logged>> events, Dictionary<string, List<string>> ledger)
    {
        var key = first + number;
        var places = new Dictionary<string, JsonNode?>();
        foreach (var place in world.Business.Places)
            places[place] = await world.ShownAsync(
                place.Replace("{id}", key.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            );
        var logged = events.GetValueOrDefault(key) ?? [];
        if (logged.Count == 0 && places.Values.All(p => p is null))
            return null;
        return new Saga(
            number,
            key,
            places,
            logged,
            ledger.GetValueOrDefault(world.ChargeOf(key)) ?? [],
            people.Told.FindAll(t => t.Act.Saga == number || t.Saga == number),
            [.. people.Acts.Where(a => a.Saga == number)]
        );
    }

    private async Task<Dictionary<long, List<Logged>>> EventsAsync()
    {
        await using var command = world.Log.CreateCommand(
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

    private async Task<Dictionary<string, List<string>>> LedgerAsync()
    {
        await using var command = world["provider"]
            .Store.CreateCommand("select name, action, amount, id from ledger where id > $1 order by id");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = world.LastMovement });
        await using var rows = await command.ExecuteReaderAsync();
        var ledger = new Dictionary<string, List<string>>();
        while (await rows.ReadAsync())
        {
            if (!ledger.TryGetValue(rows.GetString(0), out var movements))
                ledger.Add(rows.GetString(0), movements = []);
            movements.Add($"{rows.GetString(1)} {rows.GetInt64(2)}");
            world.LastMovement = rows.GetInt64(3);
        }
        return ledger;
    }

    // What a subscriber has handled, it will not ask for again: its stored position is behind the last event that it takes.
    private async Task<List<Broken>> CheckPositionsAsync()
    {
        var broken = new List<Broken>();
        foreach (var service in world.Services.Where(s => s.Declaration.SubscribesTo.Count > 0))
        {
            var stored = await PositionsAsync(service);
            var taken = await PairsAsync(
                world.Log,
                """select partition, max("offset") + 1 from log where key > $1 and headers->>'ce_type' = any($2) group by partition""",
                new NpgsqlParameter<long> { TypedValue = first },
                new NpgsqlParameter<string[]> { TypedValue = [.. service.Declaration.SubscribesTo] }
            );
            broken.AddRange(
                taken
                    .Where(t => stored.GetValueOrDefault((int)t.Key) < t.Value)
                    .Select(t => new Broken(
                        "positions do not go back",
                        $"{service.Name}: {t.Value - stored.GetValueOrDefault(t.Key)} behind"
                    ))
            );
        }
        return broken;
    }

    /// <summary>How far a subscriber has come, as it is stored.</summary>
    public static Task<Dictionary<int, long>> PositionsAsync(Service service) =>
        PairsAsync(service.Store, "select partition, next from positions");

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
