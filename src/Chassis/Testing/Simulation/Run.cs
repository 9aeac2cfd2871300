namespace Mannam.Testing;

/// <summary>What one seed gave.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Steps">How many steps were made.</param>
/// <param name="Faults">How many faults were injected; a run without any does not count.</param>
/// <param name="Branches">The points, faults, answers and events that were come to.</param>
/// <param name="Story">What happened, one line a step.</param>
/// <param name="Violations">What does not hold.</param>
internal sealed record RunResult(
    int Seed,
    int Steps,
    int Faults,
    IReadOnlyCollection<string> Branches,
    IReadOnlyList<string> Story,
    IReadOnlyList<Violation> Violations
);

/// <summary>One disturbed history: what happens next is drawn from the seed, until nothing is disturbed any more and all comes to rest.</summary>
internal sealed class Run
{
    private const int MostSteps = 500;
    private readonly World _world;
    private readonly int _seed;
    private readonly long _first;
    private readonly Random _random;
    private readonly FaultProfile _profile;
    private readonly Disturbance _disturbance;
    private readonly Users _users;
    private readonly List<Violation> _broken = [];
    private int _steps;

    public Run(World world, int seed, long first)
    {
        (this._world, this._seed, this._first, _random) = (world, seed, first, new Random(seed));
        _profile = new FaultProfile(_random);
        world.Disturbance = _disturbance = new Disturbance(_random, _profile, world.Clock);
        _users = new Users(world, first, _random);
    }

    /// <summary>Lives through it, settles, and checks.</summary>
    public async Task<RunResult> PlayAsync()
    {
        // A run without a fault does not count.
        for (; _steps < _profile.Steps * _world.Business.LengthFactor || (_disturbance.Faults == 0 && _steps < MostSteps); _steps++)
        {
            await BuryAsync();
            await StepAsync();
        }
        await BuryAsync();
        _disturbance.Tell("nothing is disturbed any more");
        _disturbance.Calm = true;
        var settled = await new Settling(_world).SettleAsync();
        _broken.AddRange(settled ?? await new Evidence(_world, _first, _users).CheckAsync());
        return Result();
    }

    /// <summary>What it gave, when it could not be lived through.</summary>
    public RunResult Stuck(string why)
    {
        _broken.Add(new Violation("comes to rest", why));
        return Result();
    }

    private RunResult Result()
    {
        _broken.ForEach(b => _disturbance.Tell($"BROKEN {b.Invariant}: {b.Details}"));
        var story = _disturbance.Story.ConvertAll(_users.InNumbers);
        return new(_seed, _steps, _disturbance.Faults, _disturbance.Branches, story, _broken);
    }

    private async Task BuryAsync()
    {
        while (_world.Died is [var dead, ..])
        {
            _world.Died.Remove(dead);
            await dead.BuryAsync(keepConsumer: _random.Next(3) == 0);
        }
    }

    private async Task StepAsync()
    {
        var choices = Choices().ToList();
        var draw = _random.Next(choices.Sum(c => c.Weight));
        foreach (var (weight, go) in choices)
        {
            if ((draw -= weight) < 0)
            {
                await go();
                return;
            }
        }
    }

    private IEnumerable<(int Weight, Func<Task> Go)> Choices()
    {
        yield return (3 * _profile.Patience, _users.ActAsync);
        foreach (var service in _world.Services)
        {
            foreach (var loop in service.Ready)
                yield return (12, () => LoopAsync(service, loop, ""));
            foreach (var loop in service.Stale)
                yield return (6, () => LoopAsync(service, loop, "stale "));
            if (_profile.Replaces && service.Idle.Any(l => l.Name == "consumer"))
                yield return (1, () => ReplaceAsync(service));
            if (service.Away)
                yield return (6, () => ComeBack(service));
            else if (_disturbance.Chance(_profile.Crashes / 4))
                yield return (6, () => DieAsync(service));
        }
        foreach (var held in _world.Scheduler.Free.ToList())
            yield return (8, () => GoOnAsync(held));
        if (_world.Clock.Wakes is [var next, ..])
            yield return (3, () => WakeAsync(next));
        if (_profile.HangsUp && _world.Calls.Find(c => c.From is null) is { } waiting)
            yield return (2, () => HangUpAsync(waiting));
        if (_profile.Copies && _world.Topic.Published.Count > 0)
            yield return (4, CopyAsync);
        yield return (1, PassAsync);
    }

    private async Task LoopAsync(Service service, ILoop loop, string stale)
    {
        _disturbance.Tell($"{service.Name} {stale}{loop.Name}");
        var before = stale.Length > 0 ? await Records.PositionsAsync(service.Store) : [];
        await service.StepAsync(loop);
        if (before.Count > 0 && (await Records.PositionsAsync(service.Store)).Any(p => p.Value < before.GetValueOrDefault(p.Key)))
            _broken.Add(new Violation("positions do not go back", $"{service.Name}, by a subscriber that was replaced"));
    }

    private Task ReplaceAsync(Service service)
    {
        _disturbance.Fault("replaced", $"{service.Name} consumer: another replica takes over, and it does not know");
        service.ReplaceConsumer();
        return Task.CompletedTask;
    }

    private Task ComeBack(Service service)
    {
        _disturbance.Tell($"{service.Name} comes back");
        service.ComeBack();
        return Task.CompletedTask;
    }

    private Task DieAsync(Service service)
    {
        _disturbance.Fault("death at rest", $"{service.Name} dies");
        service.Die();
        return Task.CompletedTask;
    }

    private Task GoOnAsync(Held held)
    {
        _disturbance.Tell($"{held.Label}: goes on ({held.Where})");
        return _world.Scheduler.ReleaseAsync(held);
    }

    private Task WakeAsync(Clock.Wake wake)
    {
        _disturbance.Fault(wake.IsDelay ? "pause over" : "timeout", $"{wake.Label}: its time is over");
        return _world.Clock.WakeAsync(wake);
    }

    private Task HangUpAsync(Call call)
    {
        _disturbance.Fault("hang-up", $"{call.Caller}: hangs up");
        return _world.Scheduler.LetAsync(
            call.Caller,
            () =>
            {
                call.GiveUp(new CancellationToken(canceled: true));
                _world.Scheduler.End();
            }
        );
    }

    private Task CopyAsync()
    {
        var published = _world.Topic.Published;
        var from = _random.Next(published.Count);
        var some = published.Skip(from).Take(_random.Next(1, 4)).ToList();
        _disturbance.Fault("published twice", $"{some.Count} records are published again, from the {from + 1}. on");
        return _world.Scheduler.DoAsync("a stale relay", () => _world.Topic.AppendAsync(_world.Business.System.Name, some));
    }

    private async Task PassAsync()
    {
        var by = TimeSpan.FromSeconds(
            _random.Next(3) switch
            {
                0 => 1,
                1 => 6,
                _ => 40,
            }
        );
        _disturbance.Tell($"{by.TotalSeconds} s pass");
        await Settling.PassAsync(_world, by);
    }
}
