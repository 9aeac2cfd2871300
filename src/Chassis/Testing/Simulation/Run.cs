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
    private readonly World world;
    private readonly int seed;
    private readonly long first;
    private readonly Random random;
    private readonly FaultProfile profile;
    private readonly Disturbance disturbance;
    private readonly Users users;
    private readonly List<Violation> broken = [];
    private int steps;

    public Run(World world, int seed, long first)
    {
        (this.world, this.seed, this.first, random) = (world, seed, first, new Random(seed));
        profile = new FaultProfile(random);
        world.Disturbance = disturbance = new Disturbance(random, profile, world.Clock);
        users = new Users(world, first, random);
    }

    /// <summary>Lives through it, settles, and checks.</summary>
    public async Task<RunResult> PlayAsync()
    {
        // A run without a fault does not count.
        for (; steps < profile.Steps * world.Business.LengthFactor || (disturbance.Faults == 0 && steps < MostSteps); steps++)
        {
            await BuryAsync();
            await StepAsync();
        }
        await BuryAsync();
        disturbance.Tell("nothing is disturbed any more");
        disturbance.Calm = true;
        var settled = await new Settling(world).SettleAsync();
        broken.AddRange(settled ?? await new Evidence(world, first, users).CheckAsync());
        return Result();
    }

    /// <summary>What it gave, when it could not be lived through.</summary>
    public RunResult Stuck(string why)
    {
        broken.Add(new Violation("comes to rest", why));
        return Result();
    }

    private RunResult Result()
    {
        broken.ForEach(b => disturbance.Tell($"BROKEN {b.Invariant}: {b.Details}"));
        var story = disturbance.Story.ConvertAll(users.InNumbers);
        return new(seed, steps, disturbance.Faults, disturbance.Branches, story, broken);
    }

    private async Task BuryAsync()
    {
        while (world.Died is [var dead, ..])
        {
            world.Died.Remove(dead);
            await dead.BuryAsync(keepConsumer: random.Next(3) == 0);
        }
    }

    private async Task StepAsync()
    {
        var choices = Choices().ToList();
        var draw = random.Next(choices.Sum(c => c.Weight));
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
        yield return (3 * profile.Patience, users.ActAsync);
        foreach (var service in world.Services)
        {
            foreach (var loop in service.Ready)
                yield return (12, () => LoopAsync(service, loop, ""));
            foreach (var loop in service.Stale)
                yield return (6, () => LoopAsync(service, loop, "stale "));
            if (profile.Replaces && service.Idle.Any(l => l.Name == "consumer"))
                yield return (1, () => ReplaceAsync(service));
            if (service.Away)
                yield return (6, () => ComeBack(service));
            else if (disturbance.Chance(profile.Crashes / 4))
                yield return (6, () => DieAsync(service));
        }
        foreach (var held in world.Scheduler.Free.ToList())
            yield return (8, () => GoOnAsync(held));
        if (world.Clock.Wakes is [var next, ..])
            yield return (3, () => WakeAsync(next));
        if (profile.HangsUp && world.Calls.Find(c => c.From is null) is { } waiting)
            yield return (2, () => HangUpAsync(waiting));
        if (profile.Copies && world.Topic.Published.Count > 0)
            yield return (4, CopyAsync);
        yield return (1, PassAsync);
    }

    private async Task LoopAsync(Service service, ILoop loop, string stale)
    {
        disturbance.Tell($"{service.Name} {stale}{loop.Name}");
        var before = stale.Length > 0 ? await Records.PositionsAsync(service.Store) : [];
        await service.StepAsync(loop);
        if (before.Count > 0 && (await Records.PositionsAsync(service.Store)).Any(p => p.Value < before.GetValueOrDefault(p.Key)))
            broken.Add(new Violation("positions do not go back", $"{service.Name}, by a subscriber that was replaced"));
    }

    private Task ReplaceAsync(Service service)
    {
        disturbance.Fault("replaced", $"{service.Name} consumer: another replica takes over, and it does not know");
        service.ReplaceConsumer();
        return Task.CompletedTask;
    }

    private Task ComeBack(Service service)
    {
        disturbance.Tell($"{service.Name} comes back");
        service.ComeBack();
        return Task.CompletedTask;
    }

    private Task DieAsync(Service service)
    {
        disturbance.Fault("death at rest", $"{service.Name} dies");
        service.Die();
        return Task.CompletedTask;
    }

    private Task GoOnAsync(Held held)
    {
        disturbance.Tell($"{held.Label}: goes on ({held.Where})");
        return world.Scheduler.ReleaseAsync(held);
    }

    private Task WakeAsync(Clock.Wake wake)
    {
        disturbance.Fault(wake.IsDelay ? "pause over" : "timeout", $"{wake.Label}: its time is over");
        return world.Clock.WakeAsync(wake);
    }

    private Task HangUpAsync(Call call)
    {
        disturbance.Fault("hang-up", $"{call.Caller}: hangs up");
        return world.Scheduler.LetAsync(
            call.Caller,
            () =>
            {
                call.GiveUp(new CancellationToken(canceled: true));
                world.Scheduler.End();
            }
        );
    }

    private Task CopyAsync()
    {
        var published = world.Topic.Published;
        var from = random.Next(published.Count);
        var some = published.Skip(from).Take(random.Next(1, 4)).ToList();
        disturbance.Fault("published twice", $"{some.Count} records are published again, from the {from + 1}. on");
        return world.Scheduler.DoAsync("a stale relay", () => world.Topic.AppendAsync(world.Business.System.Name, some));
    }

    private async Task PassAsync()
    {
        var by = TimeSpan.FromSeconds(
            random.Next(3) switch
            {
                0 => 1,
                1 => 6,
                _ => 40,
            }
        );
        disturbance.Tell($"{by.TotalSeconds} s pass");
        await Settling.PassAsync(world, by);
    }
}
