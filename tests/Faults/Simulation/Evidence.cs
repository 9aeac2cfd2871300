namespace Mannam.Simulation;

/// <summary>What is found once all is settled, and what of it does not hold.</summary>
internal sealed class Evidence(World world, long first, People people)
{
    /// <summary>Reads everything of the run, and checks it.</summary>
    public async Task<List<Broken>> CheckAsync()
    {
        var records = new Records(world.Business, first, world.Log, world.ShownAsync);
        var events = await records.EventsAsync();
        (var ledger, world.LastMovement) = await Records.LedgerAsync(world["provider"].Store, world.LastMovement);
        var sagas = new List<Saga>();
        var last = await LastAsync();
        for (var number = 1; number <= last; number++)
        {
            if (await records.FindAsync(number, events, ledger, people.Answers, people.Acts) is { } saga)
                sagas.Add(saga);
        }
        var broken = new List<Broken>();
        foreach (var saga in sagas)
        {
            world.Disturbance.Branches.UnionWith(saga.Events.Select(e => $"happened: {e.Name}"));
            broken.AddRange(records.CheckMoney(saga));
            broken.AddRange(world.Business.Check(saga).Select(b => b with { How = $"#{saga.Number}: {b.How}" }));
        }
        broken.AddRange(records.CheckLedger(ledger, sagas));
        broken.AddRange(people.Broken);
        broken.AddRange(world.Disturbance.Broken);
        broken.AddRange(CheckKeys());
        broken.AddRange(world.Business.Check(sagas, people.Answers));
        foreach (var service in world.Services.Where(s => s.Declaration.SubscribesTo.Count > 0))
            broken.AddRange(await records.CheckPositionsAsync(service.Name, service.Store, service.Declaration.SubscribesTo));
        broken.AddRange(people.Answers.Where(t => t.Status == 500).Select(t => new Broken("no answer is 500", t.Act.Text)));
        return broken;
    }

    private async Task<long> LastAsync()
    {
        var (service, sequence) = world.Business.Ids[0];
        await using var command = world[service].Store.CreateCommand($"select last_value from {sequence}");
        return (long)(await command.ExecuteScalarAsync())! - first;
    }

    // A key is answered as it was at first, once there was an answer that is remembered: not a 402 that recorded nothing, and so names nothing.
    private IEnumerable<Broken> CheckKeys() =>
        people
            .Answers.Where(t => t.Act.Key is not null && (t.Status is 200 or 201 || (t.Status == 402 && t.Saga > 0)))
            .GroupBy(t => t.Act.Key)
            .Where(key => key.Select(t => (t.Status, t.Saga)).Distinct().Count() > 1)
            .Select(key => new Broken(
                "the first answer again",
                $"{key.First().Act.Text}: {string.Join(", ", key.Select(t => $"{t.Status} #{t.Saga}"))}"
            ));
}
