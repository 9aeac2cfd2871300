using Mannam.Abstractions;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Mannam.Tests.Chassis.Kafka;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>Guarantee 2: handled once.</summary>
public abstract class HandledOnceTests(PostgresFixture postgres, KafkaFixture? kafka) : CountingTests(postgres, kafka)
{
    private static readonly EventSerializer Writer = new("/counting/counter", CountingEvents.Language, TimeProvider.System);

    private protected static TopicRecord Event(long saga, long number)
    {
        var row = Writer.Write(saga, new Counted(saga, number, "somebody"), MessageContext.Internal());
        return new TopicRecord(row.Key, row.Headers, row.Value);
    }

    private protected Task PublishAsync(params TopicRecord[] records) => World.Transport.PublishAsync(World.Topic, records, Ct);

    [Fact]
    public async Task An_event_published_three_times_one_after_the_other_has_one_effect()
    {
        var ledger = await World.StartAsync("ledger");
        var one = Event(1, 1);

        for (var i = 0; i < 3; i++)
        {
            await PublishAsync(one);
            await ledger.HandleAllAsync();
        }

        Assert.Equal(3, (await World.EventsAsync(1)).Count);
        Assert.Equal("1", await World.LedgerAsync(1));
    }

    [Theory]
    [InlineData("/counting/ledger")] // A service of the system that does not publish this event.
    [InlineData("/elsewhere/counter")]
    [InlineData("")]
    public async Task An_event_of_the_same_name_from_another_source_has_no_effect(string source)
    {
        var ledger = await World.StartAsync("ledger");
        var row = new EventSerializer(source, CountingEvents.Language, TimeProvider.System).Write(
            1,
            new Counted(1, 7, "somebody"),
            MessageContext.Internal()
        );

        await PublishAsync(new TopicRecord(row.Key, row.Headers, row.Value), Event(1, 8));
        await ledger.HandleAllAsync();

        Assert.Equal("8", await World.LedgerAsync(1));
        Assert.Equal(0, await World.AskAsync<long>("ledger", "select count(*) from waiting"));
    }

    [Fact]
    public async Task An_event_three_times_in_one_batch_has_one_effect()
    {
        var ledger = await World.StartAsync("ledger");
        var one = Event(1, 1);

        await PublishAsync(one, one, one);
        await ledger.HandleAsync();
        await ledger.RelayAsync();

        Assert.Equal("1", await World.LedgerAsync(1));
        Assert.Equal(3 + 1, (await World.EventsAsync(1)).Count);
    }

    [Fact]
    public async Task An_event_published_three_times_at_once_to_two_replicas_has_one_effect()
    {
        var replicas = new[] { await World.StartAsync("ledger", loops: true), await World.StartAsync("ledger", loops: true) };
        var events = Enumerable.Range(1, 20).Select(saga => Event(saga, 1)).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 3).SelectMany(_ => events.Select(e => PublishAsync(e))));

        for (var saga = 1; saga <= 20; saga++)
        {
            await World.SettledAsync(saga, replicas);
            Assert.Equal("1", await World.LedgerAsync(saga));
        }
    }

    [Fact]
    public async Task A_failing_saga_delays_only_itself_and_continues_in_order()
    {
        var clock = new Clock();
        var ledger = await World.StartAsync("ledger", time: clock);
        var failing = true;
        World.System.BeforeEntering = counted =>
        {
            if (failing && counted.Id == 2 && counted.Number == 2)
                throw new FormatException("not yet");
        };
        long[] sagas = [.. Enumerable.Range(1, 14).Select(saga => (long)saga)];
        foreach (var number in new[] { 1, 2, 3 })
            await PublishAsync([.. sagas.Select(saga => Event(saga, number))]);
        var partition = (await World.EventsAsync(2))[0].Partition;
        Assert.Contains(await World.EventsAsync(), e => e.Partition == partition && e.Key != 2);

        await ledger.HandleAllAsync();
        foreach (var saga in sagas)
            Assert.Equal(saga == 2 ? "1" : "1 2 3", await World.LedgerAsync(saga));

        failing = false;
        clock.Advance(TimeSpan.FromSeconds(1));
        await ledger.DrainAllAsync();
        Assert.Equal("1 2 3", await World.LedgerAsync(2));
    }

    [Fact]
    public async Task Events_of_other_sagas_after_a_failing_event_take_effect()
    {
        var ledger = await World.StartAsync("ledger");
        World.System.BeforeEntering = counted => _ = counted.Id == 2 ? throw new FormatException("never") : 0;
        await PublishAsync(Event(2, 1), Event(6, 1));
        await ledger.HandleAllAsync();

        await PublishAsync(Event(6, 2), Event(1, 1));
        await ledger.HandleAllAsync();

        Assert.Equal("1 2", await World.LedgerAsync(6));
        Assert.Equal("1", await World.LedgerAsync(1));
    }

    [Fact]
    public async Task A_new_subscriber_starts_from_the_beginning_of_history()
    {
        await PublishAsync([.. Enumerable.Range(1, 700).Select(number => Event(1, number))]);

        var ledger = await World.StartAsync("ledger");
        await ledger.HandleAllAsync();

        Assert.Equal(string.Join(' ', Enumerable.Range(1, 700)), await World.LedgerAsync(1));
    }

    [Fact]
    public async Task A_restarted_service_continues_at_its_stored_position()
    {
        var ledger = await World.StartAsync("ledger");
        await PublishAsync(Event(1, 1), Event(2, 1));
        await ledger.HandleAsync();
        await World.StopAsync(ledger);
        await World.AskAsync<object>("ledger", "truncate inbox");
        await PublishAsync(Event(1, 2));

        var again = await World.StartAsync("ledger");
        await again.HandleAllAsync();

        Assert.Equal("1 2", await World.LedgerAsync(1));
        Assert.Equal("1", await World.LedgerAsync(2));
    }

    [Fact]
    public async Task A_batch_committed_before_its_process_died_is_not_handled_again()
    {
        var ledger = await World.StartAsync("ledger");
        await PublishAsync(Event(1, 1));
        ledger.Failpoints.FailOnceAt("consumer.committed");
        await Assert.ThrowsAnyAsync<Exception>(ledger.HandleAsync);
        await World.StopAsync(ledger);

        var again = await World.StartAsync("ledger", loops: true);

        await World.SettledAsync(1, again);
        Assert.Equal("1", await World.LedgerAsync(1));
        // The event that the batch raised was in the outbox and is published now.
        Assert.Single(await World.EventsAsync(1), e => e.Type == nameof(Entered));
    }
}
