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
    public async Task A_policy_that_fails_publishes_nothing_of_what_its_batch_had_raised()
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
    public async Task What_a_policy_raised_is_lost_with_the_batch_it_was_raised_in()
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
    public async Task Events_that_cannot_be_stored_take_their_new_aggregate_with_them()
    {
        var counter = await World.StartAsync("counter");
        await World.AskAsync<object>("counter", "alter table outbox add constraint none_of_saga_1 check (key <> 1)");

        await Assert.ThrowsAnyAsync<Exception>(() => counter.CountAsync(1));
        await counter.CountAsync(2);

        Assert.Null(await counter.Counters().FindAsync(1));
        Assert.NotNull(await counter.Counters().FindAsync(2));
    }

    [Fact]
    public async Task A_new_aggregate_that_is_there_already_takes_its_events_with_it()
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
    public async Task A_change_of_an_outdated_version_takes_its_events_with_it()
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

        // Three, not four: what the slow one had raised on the outdated version is gone, what it decided anew is there.
        Assert.Equal([1, 2, 3], (await World.EventsAsync(1)).Select(e => e.Number()));
        Assert.Equal(3, (await counter.Counters().FindAsync(1))!.Total);
    }

    [Fact]
    public async Task More_events_than_one_batch_holds_are_stored_all_or_none()
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
    public async Task A_process_that_ends_between_commit_and_publishing_publishes_when_it_starts_again()
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
