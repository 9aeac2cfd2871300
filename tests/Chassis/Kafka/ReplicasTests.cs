using Mannam.Hosting;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Kafka;

/// <summary>Replicas of every service join and leave under load. Every event is handled once and in order.</summary>
public sealed class ReplicasTests(PostgresFixture postgres, KafkaFixture kafka) : CountingTests(postgres, kafka)
{
    private const int Sagas = 24;
    private static readonly string[] Services = ["counter", "ledger", "audit"];
    private readonly Dictionary<string, List<ServiceHost>> _replicas = Services.ToDictionary(s => s, _ => new List<ServiceHost>());

    [Theory]
    [LongData(2)]
    [InlineData(4)]
    public async Task Every_event_has_one_effect_in_order_while_replicas_join_and_leave(int replicas)
    {
        foreach (var service in Services)
        {
            for (var i = 0; i < replicas; i++)
                await JoinAsync(service);
        }
        using var enough = new CancellationTokenSource();
        var counting = Task.WhenAll(Enumerable.Range(0, 4).Select(writer => CountAsync(writer, enough.Token)));

        for (var i = 0; i < 6; i++)
        {
            var service = Services[i % Services.Length];
            await JoinAsync(service);
            await Task.Delay(1000, Ct);
            var leaves = _replicas[service][0];
            lock (_replicas)
                _replicas[service].RemoveAt(0);
            await World.StopAsync(leaves);
        }
        await enough.CancelAsync();
        var counted = (await counting).Sum();

        Assert.True(counted > 10 * Sagas, $"{counted} events are too few for a load test");
        Assert.Equal(counted, await World.AskAsync<decimal>("counter", "select sum(total) from counters"));
        for (var saga = 1; saga <= Sagas; saga++)
        {
            await World.SettledAsync(saga, [.. _replicas.Values.SelectMany(r => r)]);
            var total = await World.AskAsync<long>("counter", $"select total from counters where key = {saga}");
            // Each number once, in the order of the producer's commits.
            var expected = string.Join(' ', Enumerable.Range(1, (int)total));
            Assert.Equal(expected, await World.LedgerAsync(saga));
            Assert.Equal(expected, await World.AskAsync<string>("audit", $"select counted from audits where key = {saga}"));
            Assert.Equal(expected, await World.AskAsync<string>("audit", $"select entered from audits where key = {saga}"));
        }
    }

    private async Task JoinAsync(string service)
    {
        var replica = await World.StartAsync(service, loops: true, replicated: true);
        lock (_replicas)
            _replicas[service].Add(replica);
    }

    // Uses the newest replica, which does not stop during the call.
    private async Task<int> CountAsync(int writer, CancellationToken enough)
    {
        var counted = 0;
        for (; !enough.IsCancellationRequested; counted++)
        {
            ServiceHost replica;
            lock (_replicas)
                replica = _replicas["counter"][^1];
            await replica.CountAsync(1 + (counted * 5 + writer) % Sagas);
            await Task.Delay(5, CancellationToken.None);
        }
        return counted;
    }
}
