using System.Collections.Concurrent;
using Mannam.Abstractions;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Mannam.Tests.Chassis.Kafka;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>Guarantee 3: in order per saga and producer.</summary>
public abstract class OrderTests(PostgresFixture postgres, KafkaFixture? kafka) : CountingTests(postgres, kafka)
{
    [Theory]
    [InlineData(5)]
    [InlineData(1500)]
    public async Task The_events_of_one_decision_keep_their_order(int events)
    {
        var counter = await World.StartAsync("counter", loops: true);

        await counter.Counters().DecideAsync(1, c => c.CountTimes(events, "somebody"), MessageContext.Internal());

        await World.SettledAsync(1, counter);
        Assert.Equal(Enumerable.Range(1, events), (await World.EventsAsync(1)).Select(e => e.Number()));
    }

    [Fact]
    public async Task Events_raised_by_the_policies_of_one_batch_keep_their_order()
    {
        var counter = await World.StartAsync("counter", loops: true);
        for (var saga = 1; saga <= 3; saga++)
            await counter.Counters().DecideAsync(saga, c => c.CountTimes(60, "somebody"), MessageContext.Internal());
        var ledger = await World.StartAsync("ledger");

        for (var saga = 1; saga <= 3; saga++)
            await World.SettledAsync(saga, counter);
        // Over Kafka each partition's records may come in a separate batch.
        await ledger.HandleAllAsync();
        await ledger.RelayAllAsync();

        for (var saga = 1; saga <= 3; saga++)
            Assert.Equal(Enumerable.Range(1, 60), await EnteredAsync(saga));
    }

    [Fact]
    public async Task Concurrent_commands_and_failures_do_not_change_the_order_of_a_saga()
    {
        const int sagas = 12;
        const int each = 25;
        var counter = await World.StartAsync("counter", loops: true);
        var ledger = await World.StartAsync("ledger", loops: true);
        var audit = await World.StartAsync("audit", loops: true);
        // Some events fail at the first attempt, some steps before or after their commit.
        var met = new ConcurrentDictionary<(long, long), bool>();
        World.System.BeforeEntering = counted =>
        {
            if (counted.Number % 7 == 3 && met.TryAdd((counted.Id, counted.Number), true))
                throw new FormatException("not yet");
        };
        FailNowAndThen(counter.Failpoints, "relay.published", 5);
        FailNowAndThen(ledger.Failpoints, "consumer.committing", 9);
        FailNowAndThen(audit.Failpoints, "consumer.committed", 6);
        FailNowAndThen(World.LogPoints, "log.appended", 8);

        await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(async writer =>
                {
                    // Two writers at a time work on the same saga.
                    for (var i = 0; i < sagas * each / 6; i++)
                        await counter.CountAsync(1 + (i * 3 + writer / 2) % sagas);
                })
        );

        for (var saga = 1; saga <= sagas; saga++)
        {
            await World.SettledAsync(saga, counter, ledger, audit);
            var total = (await counter.Counters().FindAsync(saga))!.Total;
            var expected = string.Join(' ', Enumerable.Range(1, (int)total));
            Assert.Equal(expected, await World.LedgerAsync(saga));
            Assert.Equal(expected, await World.AskAsync<string>("audit", $"select counted from audits where key = {saga}"));
            Assert.Equal(expected, await World.AskAsync<string>("audit", $"select entered from audits where key = {saga}"));
        }
        Assert.Equal(sagas * each, await World.AskAsync<decimal>("counter", "select sum(total) from counters"));
    }

    private static void FailNowAndThen(Failpoints failpoints, string at, int every)
    {
        var count = 0;
        failpoints.OnHit = point =>
            point == at && Interlocked.Increment(ref count) % every == 0 ? throw new FailedAtException(point) : ValueTask.CompletedTask;
    }

    private async Task<IEnumerable<int>> EnteredAsync(long saga) =>
        (await World.EventsAsync(saga)).Where(e => e.Type == nameof(Entered)).Select(e => e.Number());
}
