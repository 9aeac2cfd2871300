using Xunit;

namespace Mannam.Tests.Faults;

/// <summary>All runs of <see cref="KillPointTests"/>, some at a time: most of each is waiting.</summary>
public sealed class KilledRuns(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly SemaphoreSlim starting = new(2);
    private readonly SemaphoreSlim running = new(5);
    private readonly Dictionary<string, Task> runs = [];

    public Task RideAsync(string point) => runs[point];

    public Task SweepAsync(string point) => runs["sweep " + point];

    public ValueTask InitializeAsync()
    {
        // They outlive the context of this moment.
        using var apart = ExecutionContext.SuppressFlow();
        foreach (var (point, end) in KillPointTests.Points.Where((_, i) => Slice.Runs(i, KillPointTests.Every)))
            runs[point] = Task.Run(() => OneAsync(point, end, leftOpen: false));
        foreach (var point in KillPointTests.SweepPoints.Where((_, i) => Slice.Runs(i, KillPointTests.Every)))
            runs["sweep " + point] = Task.Run(() => OneAsync(point, End.NeverCharged, leftOpen: true));
        return ValueTask.CompletedTask;
    }

    private async Task OneAsync(string point, End end, bool leftOpen)
    {
        await running.WaitAsync();
        try
        {
            var before = new TaxiMachine(postgres);
            var open = leftOpen ? await LeftOpen.ByACrashAsync(postgres, before) : (long?)null;
            var ride = new KilledRide(postgres, before.Prefix, point);
            await ride.DieAsync(starting, open);
            await using var restarted = new TaxiMachine(postgres) { Prefix = before.Prefix };
            await AfterRestart.CheckAsync(restarted, ride.Answers, end);
        }
        finally
        {
            running.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(runs.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        starting.Dispose();
        running.Dispose();
    }
}
