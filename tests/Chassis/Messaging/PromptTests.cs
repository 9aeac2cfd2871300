using System.Diagnostics;
using Mannam.Hosting;
using Mannam.Tests.Chassis.Counting;
using Mannam.Tests.Chassis.Kafka;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>Events are published at once, not at the next poll.</summary>
public abstract class PromptTests(PostgresFixture postgres, KafkaFixture? kafka) : CountingTests(postgres, kafka)
{
    [Fact]
    public async Task A_policy_takes_effect_milliseconds_after_the_commit_of_its_event()
    {
        var counter = await World.StartAsync("counter", loops: true);
        await AssertPromptAsync(counter, within: 25, counter);
    }

    [Fact]
    public async Task An_event_committed_by_another_replica_is_published_within_100_ms()
    {
        var active = await World.StartAsync("counter", loops: true, replicated: true);
        await active.CountAsync(1);
        await World.SettledAsync(1, active);
        var other = await World.StartAsync("counter", loops: true, replicated: true);
        await AssertPromptAsync(other, within: 100, active, other);
    }

    [Fact]
    public async Task Events_are_published_promptly_after_the_listening_connection_was_lost()
    {
        const string Listeners = "from pg_stat_activity where datname = current_database() and query = 'listen mannam_outbox'";
        var active = await World.StartAsync("counter", loops: true, replicated: true);
        await active.CountAsync(1);
        await World.SettledAsync(1, active);
        var other = await World.StartAsync("counter", loops: true, replicated: true);
        Assert.Equal(1, await World.AskAsync<long>("counter", $"select count(pg_terminate_backend(pid, 10000)) {Listeners}"));

        for (
            var began = Stopwatch.GetTimestamp();
            await World.AskAsync<long>("counter", $"select count(*) {Listeners}") == 0;
            await Task.Delay(20, Ct)
        )
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "no relay listens");
        await AssertPromptAsync(other, within: 100, active, other);
    }

    private async Task AssertPromptAsync(ServiceHost counter, double within, params ServiceHost[] counters)
    {
        var ledger = await World.StartAsync("ledger", loops: true);
        await World.SettledAsync(1, [ledger, .. counters]);
        var taken = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            var effect = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            ledger.Failpoints.RunAt("consumer.committed", () => effect.TrySetResult(Stopwatch.GetTimestamp()));
            await counter.CountAsync(1);
            var committed = Stopwatch.GetTimestamp();
            taken.Add(Stopwatch.GetElapsedTime(committed, await effect.Task.WaitAsync(TimeSpan.FromSeconds(30), Ct)).TotalMilliseconds);
            await World.SettledAsync(1, [ledger, .. counters]);
        }

        Assert.True(taken.Order().ElementAt(25) < within, $"milliseconds: {string.Join(' ', taken.Select(t => $"{t:0.0}"))}");
    }
}
