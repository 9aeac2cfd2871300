using Mannam.Abstractions;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.PostgreSql;

/// <summary>Guarantee 9: a decision on an outdated state is made again.</summary>
public sealed class ConcurrencyTests(PostgresFixture postgres) : CountingTests(postgres)
{
    [Fact]
    public async Task None_of_two_hundred_concurrent_decisions_is_lost()
    {
        var counter = await World.StartAsync("counter", loops: true);

        var decided = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => counter.CountAsync(1, $"{i}")));

        Assert.Equal(Enumerable.Range(1, 200), decided.Select(d => (int)d.State.Total).Order());
        var stored = (await counter.Counters().FindAsync(1))!;
        Assert.Equal((200, 200), (stored.Total, stored.Version));
        await World.SettledAsync(1, counter);
        Assert.Equal(Enumerable.Range(1, 200), (await World.EventsAsync(1)).Select(e => e.Number()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task The_slower_of_two_decisions_is_made_again_on_the_newer_state(int countedBefore)
    {
        var counter = await World.StartAsync("counter");
        for (var i = 0; i < countedBefore; i++)
            await counter.CountAsync(1);
        var hold = counter.Failpoints.HoldOnceAt("command.committing");
        var seen = new List<long>();

        var slow = counter
            .Counters()
            .DecideAsync(
                1,
                c =>
                {
                    seen.Add(c.Total);
                    return c.Total > countedBefore ? Decision.Conflict("taken") : c.Count("slow");
                },
                MessageContext.Internal()
            );
        await hold.Reached;
        await counter.CountAsync(1, "fast");
        hold.Release();

        Assert.Equal("taken", (await slow).Refusal?.Detail);
        Assert.Equal([countedBefore, countedBefore + 1], seen);
        Assert.Equal("fast", (await counter.Counters().FindAsync(1))!.By);
    }

    [Fact]
    public async Task A_decision_uses_the_given_state_first_and_then_the_stored_one()
    {
        var counter = await World.StartAsync("counter");
        await counter.CountAsync(1, "first");
        var atHand = (await counter.Counters().FindAsync(1))!;
        await counter.CountAsync(1, "second");
        var seen = new List<string>();

        var decided = await counter
            .Counters()
            .DecideAsync(
                atHand,
                c =>
                {
                    seen.Add(c.By);
                    return c.Count("late");
                },
                MessageContext.Internal()
            );

        Assert.Equal(["first", "second"], seen);
        Assert.Equal((3, 3), (decided.State.Total, decided.State.Version));
    }

    [Fact]
    public async Task A_decision_without_a_change_stores_nothing()
    {
        var counter = await World.StartAsync("counter");

        var decided = await counter.Counters().DecideAsync(1, _ => Decision.NoChange, MessageContext.Internal());

        Assert.False(decided.Happened);
        Assert.Null(await counter.Counters().FindAsync(1));
    }

    [Fact]
    public async Task A_command_and_a_policy_on_the_same_saga_both_take_effect()
    {
        // Here commands change the ledger too, besides its policy.
        var counter = await World.StartAsync("counter", loops: true);
        var ledger = await World.StartAsync("ledger", loops: true);
        var ledgers = (Repository<Ledger>)ledger.Services.GetService(typeof(Repository<Ledger>))!;

        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(async _ =>
                {
                    for (var i = 0; i < 10; i++)
                    {
                        await counter.CountAsync(1);
                        await ledgers.DecideAsync(1, l => Decision.Happened(l.Enter(0)), MessageContext.Internal());
                    }
                })
        );
        await World.SettledAsync(1, counter, ledger);

        var numbers = (await World.LedgerAsync(1))!.Split(' ').Select(int.Parse).ToList();
        Assert.Equal(40, numbers.Count(n => n == 0));
        Assert.Equal(Enumerable.Range(1, 40), numbers.Where(n => n > 0));
    }
}
