using Mannam.Hosting;
using Mannam.Tests.Chassis.Counting;
using Mannam.Tests.SpreadOut;
using Xunit;

namespace Mannam.Tests.Chassis.Kafka;

/// <summary>The broker comes back with an older state of the same topic, or at another address.</summary>
public sealed class RestoredBrokerTests(PostgresFixture postgres, KafkaFixture kafka) : CountingTests(postgres, kafka)
{
    private readonly int _port = Spread.FreePort();
    private readonly int _other = Spread.FreePort();

    public override async ValueTask InitializeAsync() =>
        await World.OpenTransportAsync(("bootstrap.servers", $"127.0.0.1:{_port},127.0.0.1:{_other}"));

    [Theory]
    [LongData(1)] // The topic ends before the read position.
    [LongData(9)] // Other records are at the same offsets and beyond the read position.
    public async Task A_broker_restored_from_a_backup_loses_no_later_event(int later)
    {
        Assert.SkipUnless(Broker.IsHere, "librdkafka's mock cannot be restored");
        await using var broker = new Broker($"/tmp/mannam-kafka-restored-{later}-{Environment.ProcessId}");
        var (counter, ledger) = await CountedAsync(broker);
        await broker.StopAsync();
        broker.BackUp();
        await broker.StartAsync();
        for (var i = 0; i < 3; i++)
            await counter.CountAsync(1);
        await World.SettledAsync(1, counter, ledger);

        await broker.StopAsync();
        broker.Restore();
        for (var i = 0; i < later; i++)
            await counter.CountAsync(1);
        await broker.StartAsync();

        await UntilAsync(string.Join(' ', Enumerable.Range(1, 4 + later)), counter, ledger);
        await World.SettledAsync(1, counter, ledger);
        Assert.Contains("history", (await ledger.HealthAsync(Ct)).Details.Keys);
    }

    [LongFact]
    public async Task A_broker_that_moved_to_another_known_address_is_found()
    {
        Assert.SkipUnless(Broker.IsHere, "librdkafka's mock cannot move");
        await using var broker = new Broker($"/tmp/mannam-kafka-moved-{Environment.ProcessId}");
        var (counter, ledger) = await CountedAsync(broker);

        await broker.StopAsync();
        broker.Move(_other);
        await counter.CountAsync(1);
        await broker.StartAsync();

        await UntilAsync("1 2", counter, ledger);
    }

    // Counts once and waits until the ledger has it.
    private async Task<(ServiceHost Counter, ServiceHost Ledger)> CountedAsync(Broker broker)
    {
        await broker.StartAsync(_port);
        var counter = await World.StartAsync("counter", loops: true);
        var ledger = await World.StartAsync("ledger", loops: true);
        await counter.CountAsync(1);
        await World.SettledAsync(1, counter, ledger);
        return (counter, ledger);
    }

    private async Task UntilAsync(string numbers, params ServiceHost[] services)
    {
        for (var began = Environment.TickCount64; await World.LedgerAsync(1) != numbers; await Task.Delay(50, Ct))
        {
            if (Environment.TickCount64 - began < 90_000)
                continue;
            var health = await Task.WhenAll(services.Select(async s => string.Join("; ", (await s.HealthAsync(Ct)).Details)));
            Assert.Fail($"the ledger has {await World.LedgerAsync(1)}: {string.Join(" | ", health)}");
        }
    }
}
