using Mannam.Hosting;
using Mannam.Tests.Chassis.Counting;
using Mannam.Tests.SpreadOut;
using Xunit;

namespace Mannam.Tests.Chassis.Kafka;

/// <summary>Guarantees 1 and 8 while the broker is missing or dies.</summary>
public sealed class BrokerAwayTests(PostgresFixture postgres, KafkaFixture kafka) : CountingTests(postgres, kafka)
{
    private readonly int _port = Spread.FreePort();

    public override async ValueTask InitializeAsync() => await World.OpenTransportAsync(("bootstrap.servers", $"127.0.0.1:{_port}"));

    [Fact]
    public async Task A_service_works_without_a_broker_and_loses_no_event_when_a_broker_dies()
    {
        Assert.SkipUnless(Broker.IsHere, "librdkafka's mock cannot be killed");
        await using var broker = new Broker(Path.Combine(Path.GetTempPath(), $"mannam-kafka-away-{Environment.ProcessId}"));
        var counter = await World.StartAsync("counter", loops: true);
        var ledger = await World.StartAsync("ledger", loops: true);
        await counter.CountAsync(1);
        foreach (var service in new[] { counter, ledger })
        {
            var health = await service.HealthAsync(Ct);
            Assert.True(health is { Live: true, Ready: true });
        }

        await broker.StartAsync(_port);
        await AssertAllArrivesAsync("1", counter, ledger);

        await broker.KillAsync();
        await counter.CountAsync(1);
        await counter.CountAsync(1);
        await broker.StartAsync();
        await AssertAllArrivesAsync("1 2 3", counter, ledger);
    }

    private async Task AssertAllArrivesAsync(string expected, params ServiceHost[] services)
    {
        await World.SettledAsync(1, services);
        Assert.Equal(expected, await World.LedgerAsync(1));
    }
}
