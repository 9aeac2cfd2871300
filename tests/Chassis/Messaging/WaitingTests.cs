using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Mannam.Tests.Chassis.Counting;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>Guarantee 4: a failing event does not block others.</summary>
public sealed class WaitingTests(PostgresFixture postgres) : WaitingTestsBase(postgres)
{
    [Fact]
    public async Task A_permanent_failure_is_parked_at_once_and_its_saga_continues()
    {
        var ledger = await World.StartAsync("ledger", time: Clock);
        FailAt(1, 2, () => new PermanentException("nobody can enter this"));

        await PublishAsync(Event(1, 1), Event(1, 2), Event(1, 3));
        await ledger.HandleAllAsync();

        Assert.Equal("1 3", await World.LedgerAsync(1));
        var parked = Assert.Single(await ParkedAsync());
        Assert.Equal(("permanent", "nobody can enter this", "Counted", 1L), (parked.Kind, parked.Error, parked.Type, parked.Key));
        Assert.Equal(Clock.GetUtcNow(), parked.ParkedAt);
        Assert.False(await ledger.DrainAsync());
    }

    [Fact]
    public async Task An_undeclared_event_is_not_stored_and_its_policy_fails()
    {
        var undeclared = await World.StartAsync("undeclared", time: Clock);

        await PublishAsync(Event(1, 1));
        await undeclared.HandleAllAsync();

        Assert.Equal(0, await World.AskAsync<long>("undeclared", "select count(*) from outbox"));
        var error = await World.AskAsync<string>("undeclared", "select error from waiting");
        Assert.Equal("Entered is not declared: the service needs Publishing<Entered>()", error);
    }

    [Fact]
    public async Task A_malformed_event_value_is_parked_at_once()
    {
        var ledger = await World.StartAsync("ledger", time: Clock);
        var good = Event(1, 1);

        await PublishAsync(good with { Value = """{"id":"one","number":[]}""" }, Event(1, 2), Event(5, 1));
        await ledger.HandleAllAsync();

        Assert.Equal("permanent", Assert.Single(await ParkedAsync()).Kind);
        Assert.Equal("2", await World.LedgerAsync(1));
        Assert.Equal("1", await World.LedgerAsync(5));
    }

    [Fact]
    public async Task A_transient_failure_is_retried_with_growing_pauses_and_then_parked()
    {
        var ledger = await World.StartAsync("ledger", time: Clock);
        var tries = 0;
        World.System.BeforeEntering = _ => throw new InvalidOperationException($"failure {++tries}");
        await PublishAsync(Event(1, 1));
        await ledger.HandleAllAsync();
        // Once in its batch, and once more immediately.
        Assert.Equal(2, tries);

        var pauses = new List<double>();
        while ((await ParkedAsync()).Count == 0 && pauses.Count < 20)
        {
            var due = await World.AskAsync<DateTime>("ledger", "select due from waiting");
            pauses.Add((due - Clock.GetUtcNow().UtcDateTime).TotalMilliseconds);
            Clock.Advance(due - Clock.GetUtcNow().UtcDateTime - TimeSpan.FromMilliseconds(1));
            Assert.False(await ledger.DrainAsync());
            Clock.Advance(TimeSpan.FromMilliseconds(1));
            Assert.True(await ledger.DrainAsync());
        }

        Assert.Equal([400, 800, 1600, 3200, 6400, 12800, 25600, 51200], pauses);
        Assert.Equal(10, tries);
        var parked = Assert.Single(await ParkedAsync());
        Assert.Equal(("transient", "failure 10", 10), (parked.Kind, parked.Error, parked.Attempts));
        await SettledAsync(1, ledger);
    }

    [Fact]
    public async Task A_handler_that_asks_to_wait_is_retried_without_limit()
    {
        var ledger = await World.StartAsync("ledger", time: Clock);
        var tries = 0;
        World.System.BeforeEntering = _ =>
        {
            if (++tries < 100)
                throw new RetryLaterException("the answer is not here yet", TimeSpan.FromSeconds(3));
        };
        await PublishAsync(Event(1, 1), Event(1, 2));
        await ledger.HandleAllAsync();

        while (tries < 100)
        {
            // Only the failure in the batch counts. If the event fails for another reason later, it still has all other attempts.
            Assert.Equal(1, await World.AskAsync<int>("ledger", "select max(attempts) from waiting"));
            Clock.Advance(TimeSpan.FromSeconds(2.9));
            Assert.False(await ledger.DrainAsync());
            Clock.Advance(TimeSpan.FromSeconds(0.1));
            Assert.True(await ledger.DrainAsync());
        }
        await ledger.DrainAllAsync();

        Assert.Equal("1 2", await World.LedgerAsync(1));
        Assert.Empty(await ParkedAsync());
    }

    [Fact]
    public async Task Events_of_a_waiting_saga_queue_and_are_handled_once_and_in_order()
    {
        var ledger = await World.StartAsync("ledger", time: Clock);
        var ill = true;
        FailAt(2, 2, () => ill ? new InvalidOperationException("ill") : null);
        // Saga 6 shares the partition of saga 2.
        await PublishAsync(Event(2, 1), Event(6, 1), Event(2, 2), Event(6, 2), Event(2, 3), Event(6, 3));
        await ledger.HandleAllAsync();
        var four = Event(2, 4);
        await PublishAsync(four, Event(6, 4), four);
        await ledger.HandleAllAsync();
        Assert.Equal("1", await World.LedgerAsync(2));
        Assert.Equal("1 2 3 4", await World.LedgerAsync(6));
        Assert.False(await ledger.IsSettledAsync(2, Ct));
        Assert.True(await World.AskAsync<bool>("ledger", "select bool_and(next > 0) from positions where partition = 2"));

        ill = false;
        await ledger.DrainAllAsync();
        Assert.Equal("1", await World.LedgerAsync(2));
        Clock.Advance(TimeSpan.FromSeconds(1));
        await ledger.DrainAllAsync();

        Assert.Equal("1 2 3 4", await World.LedgerAsync(2));
        await PublishAsync(Event(2, 5), four);
        await ledger.HandleAllAsync();
        Assert.Equal("1 2 3 4 5", await World.LedgerAsync(2));
        Assert.Equal(0, await World.AskAsync<long>("ledger", "select count(*) from waiting"));
    }

    [Fact]
    public async Task An_unreadable_record_is_parked_by_partition_and_offset_and_blocks_nothing()
    {
        var ledger = await World.StartAsync("ledger", time: Clock);

        await PublishAsync(Event(1, 1), new TopicRecord(1, """{"content-type":"text/plain"}""", "\"what is this?\""), Event(1, 2));
        await ledger.HandleAllAsync();

        Assert.Equal("1 2", await World.LedgerAsync(1));
        var parked = Assert.Single(await ParkedAsync());
        Assert.Equal(("unreadable", "counting 1/1", "\"what is this?\""), (parked.Kind, parked.Place, parked.Value));
        Assert.Contains("text/plain", parked.Headers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_IOException_of_a_policy_is_not_taken_for_a_lost_connection()
    {
        var ledger = await World.StartAsync("ledger", time: Clock);
        FailAt(1, 1, () => new IOException("no such file"));

        await PublishAsync(Event(1, 1), Event(2, 1));
        await ledger.HandleAllAsync();

        Assert.Equal("1", await World.LedgerAsync(2));
        Assert.Equal("no such file", await World.AskAsync<string>("ledger", "select error from waiting"));
    }
}

/// <summary>Base of tests of waiting events: a clock that stands still, and failures on demand.</summary>
public abstract class WaitingTestsBase(PostgresFixture postgres) : CountingTests(postgres)
{
    private static readonly EventSerializer Writer = new("/counting/counter", CountingEvents.Language, TimeProvider.System);

    private protected Clock Clock { get; } = new();

    private protected static TopicRecord Event(long saga, long number)
    {
        var row = Writer.Write(saga, new Counted(saga, number, "somebody"), MessageContext.Internal());
        return new TopicRecord(row.Key, row.Headers, row.Value);
    }

    private protected Task PublishAsync(params TopicRecord[] records) => World.Transport.PublishAsync(CountingSystem.Topic, records, Ct);

    private protected void FailAt(long saga, long number, Func<Exception?> how) =>
        World.System.BeforeEntering = counted =>
        {
            if (counted.Id == saga && counted.Number == number && how() is { } failure)
                throw failure;
        };

    private protected static async Task SettledAsync(long saga, ServiceHost ledger)
    {
        while (await ledger.RelayAsync()) { }
        await ledger.HandleAllAsync();
        await World.SettledAsync(saga, ledger);
    }

    private protected async Task<List<DeadLetter>> ParkedAsync()
    {
        await using var database = NpgsqlDataSource.Create(await World.DatabaseAsync("ledger"));
        var parked = new List<DeadLetter>();
        await foreach (var e in new DeadLetters(database).ListAsync(new([], null), Ct))
            parked.Add(e);
        return parked;
    }
}

internal static class WaitingDeeds
{
    /// <summary>One step of the loop for waiting events; true if an event was due.</summary>
    public static Task<bool> DrainAsync(this ServiceHost service) => service.Loops["waiting"].StepAsync(CancellationToken.None);

    /// <summary>Steps until nothing is due.</summary>
    public static async Task DrainAllAsync(this ServiceHost service)
    {
        while (await service.DrainAsync()) { }
    }
}
