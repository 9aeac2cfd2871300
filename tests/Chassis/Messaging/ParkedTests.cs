using System.Diagnostics.Metrics;
using Mannam.Abstractions;
using Mannam.PostgreSql;
using Mannam.Tests.Chassis.Counting;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>Guarantee 4: parked events can be read, replayed and dropped.</summary>
public sealed class ParkedTests(PostgresFixture postgres) : WaitingTestsBase(postgres)
{
    private bool _ill = true;

    private async Task<Mannam.Hosting.ServiceHost> WithParkedAsync()
    {
        World.System.BeforeEntering = counted =>
        {
            if (_ill && counted.Number is 2 or 3 && _ill)
                throw new PermanentException($"no entry for {(counted.Id == 1 ? "the first" : "others")}");
        };
        var ledger = await World.StartAsync("ledger", time: Clock);
        await PublishAsync(Event(1, 1), Event(1, 2), Event(1, 3), Event(1, 4), Event(5, 2));
        await ledger.HandleAllAsync();
        Assert.Equal("1 4", await World.LedgerAsync(1));
        return ledger;
    }

    private async Task<DeadLetters> StoreAsync() => new(NpgsqlDataSource.Create(await World.DatabaseAsync("ledger")));

    [Fact]
    public async Task Events_replayed_by_their_error_are_handled_once_and_in_order()
    {
        var ledger = await WithParkedAsync();
        var store = await StoreAsync();
        _ill = false;

        Assert.Equal(2, (await store.ReplayAsync(new([], "the first"), Ct)).Count);
        Assert.Empty(await store.ReplayAsync(new([], "the first"), Ct));
        await ledger.DrainAllAsync();
        Assert.Empty(await store.ReplayAsync(new([], "the first"), Ct));
        await ledger.DrainAllAsync();

        Assert.Equal("1 4 2 3", await World.LedgerAsync(1));
        Assert.Equal(5L, Assert.Single(await ParkedAsync()).Key);
    }

    [Fact]
    public async Task An_event_that_arrives_after_a_replay_queues_behind_it()
    {
        var ledger = await WithParkedAsync();
        _ill = false;
        await (await StoreAsync()).ReplayAsync(new([], "the first"), Ct);

        await PublishAsync(Event(1, 5));
        await ledger.HandleAllAsync();
        Assert.Equal("1 4", await World.LedgerAsync(1));
        await ledger.DrainAllAsync();

        Assert.Equal("1 4 2 3 5", await World.LedgerAsync(1));
    }

    [Fact]
    public async Task A_replayed_event_that_fails_again_is_parked_again()
    {
        var ledger = await WithParkedAsync();
        var store = await StoreAsync();
        var id = (await ParkedAsync())[0].Id;

        Assert.Equal([id], await store.ReplayAsync(new([id], null), Ct));
        await ledger.DrainAllAsync();

        Assert.Equal(3, (await ParkedAsync()).Count);
        Assert.Equal("1 4", await World.LedgerAsync(1));
    }

    [Fact]
    public async Task A_dropped_event_never_comes_back()
    {
        var ledger = await WithParkedAsync();
        var store = await StoreAsync();
        _ill = false;

        Assert.Equal(2, (await store.DropAsync(new([], "the first"), Ct)).Count);
        Assert.Empty(await store.ReplayAsync(new([], "the first"), Ct));
        await ledger.DrainAllAsync();

        Assert.Equal("1 4", await World.LedgerAsync(1));
        Assert.Single(await ParkedAsync());
    }

    [Fact]
    public async Task Waiting_parked_handled_and_published_events_are_metrics()
    {
        var figures = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "Mannam")
                l.EnableMeasurementEvents(instrument);
        };
        // Services of other tests emit metrics at the same time, so only measurements from here on count.
        var ours = false;
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, _, _) =>
            {
                lock (figures)
                    if (Volatile.Read(ref ours))
                        figures[instrument.Name] = Math.Max(value, figures.GetValueOrDefault(instrument.Name));
            }
        );
        listener.Start();

        Volatile.Write(ref ours, true);
        var ledger = await WithParkedAsync();
        await ledger.RelayAsync();
        await ledger.DrainAllAsync();
        listener.RecordObservableInstruments();

        lock (figures)
        {
            Assert.True(figures["mannam.events.parked"] >= 3);
            Assert.Contains("mannam.events.waiting", figures);
            Assert.Contains("mannam.events.lag", figures);
            Assert.True(figures["mannam.events.handled"] >= 1);
            Assert.True(figures["mannam.events.published"] >= 1);
        }
    }
}
