namespace Mannam.Testing;

/// <summary>What is found once all is settled, and what of it does not hold.</summary>
internal sealed class Evidence(World world, long first, Users users)
{
    /// <summary>Reads everything of the run, and checks it.</summary>
    public async Task<List<Violation>> CheckAsync()
    {
        var records = new Records(world.Business, first, world.Log, world.ShownAsync);
        var events = await records.EventsAsync();
        (var outside, world.LastOutside) = await Records.OutsideAsync(world.Business, world.LastOutside, world.StoreOf);
        var sagas = new List<Saga>();
        var last = await LastAsync();
        for (var number = 1; number <= last; number++)
        {
            if (await records.FindAsync(number, events, outside, users.Answers, users.Actions) is { } saga)
                sagas.Add(saga);
        }
        var broken = new List<Violation>();
        foreach (var saga in sagas)
        {
            world.Disturbance.Branches.UnionWith(saga.Events.Select(e => $"happened: {e.Name}"));
            broken.AddRange(world.Business.Check(saga).Select(b => b with { Details = $"#{saga.Number}: {b.Details}" }));
        }
        broken.AddRange(Records.CheckOutside(outside, sagas));
        broken.AddRange(users.Violations);
        broken.AddRange(world.Disturbance.Violations);
        broken.AddRange(CheckKeys());
        broken.AddRange(world.Business.Check(sagas, users.Answers));
        foreach (var service in world.Services.Where(s => s.Declaration.SubscribesTo.Count > 0))
            broken.AddRange(await records.CheckPositionsAsync(service.Name, service.Store, service.Declaration.SubscribesTo));
        broken.AddRange(users.Answers.Where(t => t.Status == 500).Select(t => new Violation("no answer is 500", t.Action.Text)));
        return broken;
    }

    private async Task<long> LastAsync()
    {
        var (service, sequence) = world.Business.IdSequences[0];
        await using var command = world[service].Store.CreateCommand($"select last_value from {sequence}");
        return (long)(await command.ExecuteScalarAsync())! - first;
    }

    // A key is answered as it was at first, once there was an answer that is remembered: not a 402 that recorded nothing, and so names nothing.
    private IEnumerable<Violation> CheckKeys() =>
        users
            .Answers.Where(t => t.Action.Key is not null && (t.Status is 200 or 201 || (t.Status == 402 && t.Saga > 0)))
            .GroupBy(t => t.Action.Key)
            .Where(key => key.Select(t => (t.Status, t.Saga)).Distinct().Count() > 1)
            .Select(key => new Violation(
                "the first answer again",
                $"{key.First().Action.Text}: {string.Join(", ", key.Select(t => $"{t.Status} #{t.Saga}"))}"
            ));
}
