using Mannam.Abstractions;
using Mannam.Tests.Chassis.Counting;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>A commit whose answer was lost has one effect.</summary>
public sealed class ConnectionCutTests(PostgresFixture postgres) : CountingTests(postgres)
{
    [Fact]
    public async Task A_creating_command_has_one_effect_even_if_its_connection_is_cut_at_commit()
    {
        var wire = await World.WireAsync("counter");
        var counter = await World.StartAsync("counter", database: wire.ConnectionString);
        var cut = Task.CompletedTask;
        counter.Failpoints.RunAt("command.committing", () => cut = cut == Task.CompletedTask ? wire.CutAtNextBatch() : cut);

        var created = new Counter(1);
        var decision = created.Count("somebody");
        await counter.Counters().CreateAsync(created, MessageContext.Internal(), decision.Messages);

        await AssertOneEffectAsync(cut);
        await counter.RelayAsync();
        Assert.Single(await World.EventsAsync(1));
    }

    [Fact]
    public async Task A_first_decision_has_one_effect_even_if_its_connection_is_cut_at_commit()
    {
        var wire = await World.WireAsync("counter");
        var counter = await World.StartAsync("counter", database: wire.ConnectionString);
        var cut = Task.CompletedTask;
        counter.Failpoints.RunAt("command.committing", () => cut = cut == Task.CompletedTask ? wire.CutAtNextBatch() : cut);

        var decided = await counter.Counters().DecideAsync(1, c => c.CountOnce("somebody"), MessageContext.Internal());

        Assert.Equal(1, decided.State.Total);
        await AssertOneEffectAsync(cut);
        await counter.RelayAsync();
        Assert.Single(await World.EventsAsync(1));
    }

    [Fact]
    public async Task A_changing_command_has_one_effect_even_if_its_connection_is_cut_at_commit()
    {
        var wire = await World.WireAsync("counter");
        var counter = await World.StartAsync("counter", database: wire.ConnectionString);
        await counter.CountAsync(1, "first");
        await counter.RelayAsync();
        var cut = Task.CompletedTask;
        counter.Failpoints.RunAt("command.committing", () => cut = cut == Task.CompletedTask ? wire.CutAtNextBatch() : cut);

        var decided = await counter.Counters().DecideAsync(1, c => c.CountOnce("second"), MessageContext.Internal());

        Assert.Equal(2, decided.State.Total);
        await cut;
        Assert.Equal(2, await World.AskAsync<int>("counter", "select version from counters where key = 1"));
        await counter.RelayAsync();
        Assert.Equal([1, 2], (await World.EventsAsync(1)).Select(e => e.Number()));
    }

    private async Task AssertOneEffectAsync(Task cut)
    {
        Assert.NotSame(Task.CompletedTask, cut);
        await cut;
        Assert.Equal(1, await World.AskAsync<int>("counter", "select version from counters where key = 1"));
        Assert.Equal(1, await World.AskAsync<long>("counter", "select count(*) from outbox"));
    }

    [Fact]
    public async Task A_batch_of_events_has_one_effect_even_if_its_connection_is_cut_at_commit()
    {
        var counter = await World.StartAsync("counter");
        for (var saga = 1; saga <= 5; saga++)
            await counter.CountAsync(saga);
        await counter.RelayAsync();
        var wire = await World.WireAsync("ledger");
        var ledger = await World.StartAsync("ledger", database: wire.ConnectionString);
        var cut = wire.CutAtNextCommit();

        await Assert.ThrowsAnyAsync<NpgsqlException>(ledger.HandleAsync);
        await cut;
        Assert.Equal(5, await World.AskAsync<long>("ledger", "select count(*) from inbox"));
        await ledger.HandleAllAsync();

        for (var saga = 1; saga <= 5; saga++)
            Assert.Equal("1", await World.LedgerAsync(saga));
        await ledger.RelayAsync();
        Assert.Equal(10, (await World.EventsAsync()).Count);
    }
}
