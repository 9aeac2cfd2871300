using Mannam.Abstractions;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>Guarantee 1: published if and only if committed.</summary>
public sealed class PublishedIfCommittedTests(PostgresFixture postgres) : CountingTests(postgres)
{
    private const string Outbox = "select count(*) from outbox";

    [Fact]
    public async Task A_command_that_fails_after_raising_an_event_stores_and_publishes_nothing()
    {
        var counter = await World.StartAsync("counter");

        await Assert.ThrowsAsync<FormatException>(() =>
            counter
                .Counters()
                .DecideAsync(
                    1,
                    c =>
                    {
                        c.Count("somebody");
                        throw new FormatException();
                    },
                    MessageContext.Internal()
                )
        );
        await counter.RelayAsync();

        Assert.Null(await counter.Counters().FindAsync(1));
        Assert.Empty(await World.EventsAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_command_that_fails_before_its_commit_stores_and_publishes_nothing(int countedBefore)
    {
        var counter = await World.StartAsync("counter");
        for (var i = 0; i < countedBefore; i++)
            await counter.CountAsync(1);

        counter.Failpoints.FailOnceAt("command.committing");
        await Assert.ThrowsAsync<FailedAtException>(() => counter.CountAsync(1));
        await counter.RelayAsync();

        Assert.Equal(countedBefore, (await counter.Counters().FindAsync(1))?.Total ?? 0);
        Assert.Equal(countedBefore, (await World.EventsAsync()).Count);
    }

    [Fact]
    public async Task A_failed_policy_publishes_nothing_that_its_batch_raised()
    {
        var counter = await World.StartAsync("counter");
        var ledger = await World.StartAsync("ledger");
        await counter.Counters().DecideAsync(1, c => c.CountTimes(2, "somebody"), MessageContext.Internal());
        await counter.RelayAsync();

        ledger.Failpoints.FailOnceAt("consumer.committing");
        World.System.BeforeEntering = _ => throw new FormatException();
        await Assert.ThrowsAnyAsync<Exception>(ledger.HandleAsync);

        Assert.Null(await World.LedgerAsync(1));
        Assert.Equal(0, await World.AskAsync<long>("ledger", Outbox));
        Assert.Equal(0, await World.AskAsync<long>("ledger", "select count(*) from inbox"));
    }

    [Fact]
    public async Task Events_raised_in_a_batch_that_fails_to_commit_are_not_published()
    {
        var counter = await World.StartAsync("counter");
        var ledger = await World.StartAsync("ledger");
        await counter.CountAsync(1);
        await counter.RelayAsync();

        ledger.Failpoints.OnHit = point => point == "consumer.committing" ? throw new FailedAtException(point) : ValueTask.CompletedTask;
        await Assert.ThrowsAnyAsync<Exception>(ledger.HandleAsync);
        await ledger.RelayAsync();

        Assert.Null(await World.LedgerAsync(1));
        Assert.Single(await World.EventsAsync());
    }

    [Fact]
    public async Task A_policys_event_that_cannot_be_stored_rolls_back_the_policys_effect()
    {
        var counter = await World.StartAsync("counter");
        var ledger = await World.StartAsync("ledger");
        await World.AskAsync<object>("ledger", "alter table outbox add constraint none_of_saga_1 check (key <> 1)");
        await counter.CountAsync(1);
        await counter.CountAsync(2);
        await counter.RelayAsync();

        await ledger.HandleAllAsync();

        Assert.Equal("1", await World.LedgerAsync(2));
        Assert.Null(await World.LedgerAsync(1));
        Assert.Equal(1, await World.AskAsync<long>("ledger", "select count(*) from waiting where key = 1"));
        Assert.Equal(1, await World.AskAsync<long>("ledger", Outbox));
    }

    [Fact]
    public async Task A_new_aggregate_is_not_stored_if_its_events_cannot_be_stored()
    {
        var counter = await World.StartAsync("counter");
        await World.AskAsync<object>("counter", "alter table outbox add constraint none_of_saga_1 check (key <> 1)");

        await Assert.ThrowsAnyAsync<Exception>(() => counter.CountAsync(1));
        await counter.CountAsync(2);

        Assert.Null(await counter.Counters().FindAsync(1));
        Assert.NotNull(await counter.Counters().FindAsync(2));
    }

    [Fact]
    public async Task Events_of_a_new_aggregate_that_exists_already_are_not_stored()
    {
        var counter = await World.StartAsync("counter");
        await counter.CountAsync(1, "first");

        var late = new Counter(1);
        var decision = late.Count("second");
        await Assert.ThrowsAnyAsync<Exception>(() => counter.Counters().CreateAsync(late, MessageContext.Internal(), decision.Messages));
        await counter.RelayAsync();

        Assert.Contains("first", Assert.Single(await World.EventsAsync()).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_decided_on_an_outdated_version_are_not_stored()
    {
        var counter = await World.StartAsync("counter");
        await counter.CountAsync(1);

        var hold = counter.Failpoints.HoldOnceAt("command.committing");
        var slow = counter.CountAsync(1);
        await hold.Reached;
        await counter.CountAsync(1);
        hold.Release();
        await slow;
        await counter.RelayAsync();

        // Three, not four: the slow command's events for the outdated version are gone, those of its new decision are there.
        Assert.Equal([1, 2, 3], (await World.EventsAsync(1)).Select(e => e.Number()));
        Assert.Equal(3, (await counter.Counters().FindAsync(1))!.Total);
    }

    [Fact]
    public async Task More_events_than_fit_into_one_batch_are_stored_all_or_none()
    {
        var counter = await World.StartAsync("counter");
        await World.AskAsync<object>("counter", "alter table outbox add constraint not_the_last check (value->>'number' <> '2500')");

        await Assert.ThrowsAnyAsync<Exception>(() =>
            counter.Counters().DecideAsync(1, c => c.CountTimes(2500, "somebody"), MessageContext.Internal())
        );

        Assert.Null(await counter.Counters().FindAsync(1));
        Assert.Equal(0, await World.AskAsync<long>("counter", Outbox));
    }

    [Fact]
    public async Task A_process_that_dies_before_publishing_publishes_after_its_restart()
    {
        var counter = await World.StartAsync("counter");
        counter.Failpoints.FailOnceAt("command.committed");
        await Assert.ThrowsAsync<FailedAtException>(() => counter.CountAsync(1));
        await World.StopAsync(counter);
        Assert.Empty(await World.EventsAsync());

        var again = await World.StartAsync("counter", loops: true);

        await World.SettledAsync(1, again);
        Assert.Single(await World.EventsAsync(1));
    }
}
