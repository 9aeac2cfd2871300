using Mannam.Hosting;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Hosting;

/// <summary>Guarantee 8: ready while the store can be reached and its schema is current; live while every loop makes steps.</summary>
public sealed class HealthTests(PostgresFixture postgres) : CountingTests(postgres)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(61);
    private readonly Clock _clock = new();

    // A probe's result sends no signal. The tests poll it, as an orchestrator does.
    private static async Task UntilAsync(ServiceHost service, Func<ServiceHealth, bool> holds)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds(await service.HealthAsync(deadline.Token)))
            await Task.Delay(10, deadline.Token);
    }

    [Fact]
    public async Task A_service_without_its_store_is_live_but_not_ready_and_recovers_by_itself()
    {
        var wire = await World.WireAsync("ledger");
        var counter = await World.StartAsync("counter", loops: true);
        var ledger = await World.StartAsync("ledger", loops: true, time: _clock, database: wire.ConnectionString);
        Assert.True((await ledger.HealthAsync(Ct)).Ready);

        wire.Break();
        await counter.CountAsync(1);
        var health = await ledger.HealthAsync(Ct);
        Assert.False(health.Ready);
        Assert.StartsWith("unreachable", health.Details["store"], StringComparison.Ordinal);
        await UntilAsync(ledger, h => h.Details["consumer"].StartsWith("retrying", StringComparison.Ordinal));
        // The loops go round however long the outage lasts.
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(Long);
            await UntilAsync(ledger, h => h.Live);
            Assert.False((await ledger.HealthAsync(Ct)).Ready);
        }

        wire.Mend();
        await UntilAsync(ledger, h => h is { Ready: true, Live: true } && h.Details["consumer"] == "running");
        await World.SettledAsync(1, counter, ledger);
        Assert.Equal("1", await World.LedgerAsync(1));
    }

    [Fact]
    public async Task A_service_whose_schema_is_not_current_is_unready()
    {
        var counter = await World.StartAsync("counter");

        await World.AskAsync<object>("counter", "delete from schema_steps where scope = 'counting.counter'");

        Assert.False((await counter.HealthAsync(Ct)).Ready);
    }

    [Fact]
    public async Task A_service_with_a_stuck_loop_is_not_live()
    {
        var counter = await World.StartAsync("counter", loops: true);
        var ledger = await World.StartAsync("ledger", loops: true, time: _clock);
        var hold = ledger.Failpoints.HoldOnceAt("consumer.committing");
        await counter.CountAsync(1);
        await hold.Reached;
        Assert.True((await ledger.HealthAsync(Ct)).Live);

        _clock.Advance(Long);
        await UntilAsync(ledger, h => !h.Live);
        hold.Release();
        await UntilAsync(ledger, h => h.Live);
    }

    [Fact]
    public async Task A_service_whose_events_cannot_be_published_is_ready_and_live()
    {
        var wire = await World.WireAsync("log");
        await World.StopLogAsync();
        await World.OpenLogAsync(database: wire.ConnectionString);
        var counter = await World.StartAsync("counter", loops: true, time: _clock);
        wire.Break();
        await counter.CountAsync(1);
        await UntilAsync(counter, h => h.Details["relay"].StartsWith("retrying", StringComparison.Ordinal));

        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(Long);
            await UntilAsync(counter, h => h is { Live: true, Ready: true });
        }

        wire.Mend();
        await World.SettledAsync(1, counter);
        Assert.Single(await World.EventsAsync(1));
    }
}
