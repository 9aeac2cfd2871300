using System.Diagnostics;
using Mannam.Tests.Chassis.Counting;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>Guarantee 4 while much else goes on: load, locks, lost stores, processes that end.</summary>
public sealed class WaitingUnderFaultsTests(PostgresFixture postgres) : WaitingTestsBase(postgres)
{
    private const int Sagas = 300;

    [Fact]
    public async Task One_poison_event_under_load_holds_up_its_own_saga_alone()
    {
        var ill = true;
        FailAt(7, 3, () => Volatile.Read(ref ill) ? new InvalidOperationException("ill") : null);
        var counter = await World.StartAsync("counter", loops: true);
        var ledger = await World.StartAsync("ledger", loops: true);
        var services = new[] { counter, ledger };

        await Task.WhenAll(
            Enumerable
                .Range(1, Sagas)
                .Select(async saga =>
                {
                    for (var number = 1; number <= 6; number++)
                        await counter.CountAsync(saga);
                })
        );
        foreach (var saga in Enumerable.Range(1, Sagas).Where(s => s != 7))
            await World.SettledAsync(saga, services);

        // All others are through while it waits, also those of its partition.
        Assert.Equal(Sagas - 1, await World.AskAsync<long>("ledger", "select count(*) from ledgers where numbers = '1 2 3 4 5 6'"));
        Assert.Equal("1 2", await World.LedgerAsync(7));
        Assert.Equal(4, await World.AskAsync<long>("ledger", "select count(*) from waiting where parked_at is null and key = 7"));
        Assert.Equal(4, await World.AskAsync<long>("ledger", "select count(*) from waiting"));

        Volatile.Write(ref ill, false);
        await World.SettledAsync(7, services);
        Assert.Equal("1 2 3 4 5 6", await World.LedgerAsync(7));
        Assert.Equal(6, (await World.EventsAsync(7)).Count(e => e.Type == nameof(Entered)));
    }

    [Fact]
    public async Task A_saga_whose_row_is_locked_delays_others_for_a_second_at_most()
    {
        var ledger = await World.StartAsync("ledger", loops: true);
        await PublishAsync(Event(2, 1));
        await World.SettledAsync(2, ledger);
        await using var other = new NpgsqlConnection(await World.DatabaseAsync("ledger"));
        await other.OpenAsync(Ct);
        await using var held = await other.BeginTransactionAsync(Ct);
        await using var hold = new NpgsqlCommand("select 1 from ledgers where key = 2 for update", other, held);
        await hold.ExecuteNonQueryAsync(Ct);

        // Saga 6 is of the same partition; with saga 3 it is in one batch with the held one, and comes again after it.
        var clock = Stopwatch.StartNew();
        await PublishAsync(Event(2, 2), Event(6, 1), Event(3, 1));
        await World.SettledAsync(6, ledger).WaitAsync(TimeSpan.FromSeconds(20), Ct);
        var first = clock.Elapsed;
        clock.Restart();
        await PublishAsync(Event(2, 3), Event(6, 2));
        await World.SettledAsync(6, ledger);
        var second = clock.Elapsed;

        Assert.Equal("1 2", await World.LedgerAsync(6));
        Assert.InRange(first, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(2.5));
        // Now it is known to wait, and is not tried with the others.
        Assert.InRange(second, TimeSpan.Zero, TimeSpan.FromSeconds(0.9));
        Assert.Equal("1", await World.LedgerAsync(2));

        await held.CommitAsync(Ct);
        await World.SettledAsync(2, ledger);
        Assert.Equal("1 2 3", await World.LedgerAsync(2));
    }

    [Fact]
    public async Task A_store_that_cannot_be_reached_parks_nothing_and_makes_nothing_wait()
    {
        await using var wire = new Wire(await World.DatabaseAsync("ledger"));
        var ledger = await World.StartAsync("ledger", time: Clock, database: wire.ConnectionString);
        await PublishAsync(Event(1, 1));
        await ledger.HandleAllAsync();
        FailAt(2, 1, () => new InvalidOperationException("ill"));
        await PublishAsync(Event(2, 1));
        await ledger.HandleAllAsync();

        await PublishAsync(Event(1, 2));
        wire.Break();
        for (var i = 0; i < 20; i++)
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
            await Assert.ThrowsAnyAsync<Exception>(ledger.HandleAsync);
            await Assert.ThrowsAnyAsync<Exception>(ledger.DrainAsync);
        }
        wire.Mend();

        Assert.Equal(
            1,
            await World.AskAsync<long>("ledger", "select count(*) from waiting where parked_at is null and key = 2 and attempts = 2")
        );
        Assert.Equal(1, await World.AskAsync<long>("ledger", "select count(*) from waiting"));
        await ledger.HandleAllAsync();
        Assert.Equal("1 2", await World.LedgerAsync(1));
    }

    [Fact]
    public async Task A_connection_lost_while_an_event_is_handled_is_not_its_failure()
    {
        await using var wire = new Wire(await World.DatabaseAsync("ledger"));
        var ledger = await World.StartAsync("ledger", time: Clock, database: wire.ConnectionString);
        var ill = true;
        FailAt(2, 1, () => ill ? new InvalidOperationException("ill") : null);
        await PublishAsync(Event(2, 1));
        await ledger.HandleAllAsync();
        ill = false;
        Clock.Advance(TimeSpan.FromSeconds(1));
        await PublishAsync(Event(1, 1));

        // Twice, as an event is tried twice; what follows finds the store again.
        foreach (var (point, loop) in new[] { ("consumer.committing", "consumer"), ("waiting.committing", "waiting") })
        {
            var cuts = 0;
            ledger.Failpoints.RunAt(
                point,
                () =>
                {
                    if (++cuts > 2)
                        return;
                    wire.Break();
                    wire.Mend();
                }
            );
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => ledger.Loops[loop].StepAsync(Ct));
        }

        Assert.Equal(1, await World.AskAsync<long>("ledger", "select count(*) from waiting where key = 2 and attempts = 2"));
        Assert.Equal(1, await World.AskAsync<long>("ledger", "select count(*) from waiting"));
    }

    [Theory]
    [InlineData("consumer.setting-aside", "consumer")]
    [InlineData("consumer.set-aside", "consumer")]
    [InlineData("waiting.handling", "waiting")]
    [InlineData("waiting.committing", "waiting")]
    [InlineData("waiting.committed", "waiting")]
    public async Task A_process_that_ends_while_it_sets_aside_or_handles_what_waits_loses_nothing(string point, string loop)
    {
        var ill = true;
        FailAt(1, 2, () => ill ? new InvalidOperationException("ill") : null);
        var ledger = await World.StartAsync("ledger", time: Clock);
        await PublishAsync(Event(1, 1), Event(1, 2), Event(1, 3));
        if (loop == "waiting")
        {
            await ledger.HandleAllAsync();
            ill = false;
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        // As for a process that is killed there: nothing after that point happens.
        var reached = false;
        ledger.Failpoints.RunAt(
            point,
            () =>
            {
                reached = true;
                throw new OperationCanceledException();
            }
        );
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ledger.Loops[loop].StepAsync(Ct));
        Assert.True(reached);
        await World.StopAsync(ledger);

        ill = false;
        var again = await World.StartAsync("ledger", time: Clock);
        await again.HandleAllAsync();
        Clock.Advance(TimeSpan.FromSeconds(1));
        await again.DrainAllAsync();
        await SettledAsync(1, again);
        Assert.Equal("1 2 3", await World.LedgerAsync(1));
        Assert.Equal(3, (await World.EventsAsync(1)).Count(e => e.Type == nameof(Entered)));
    }

    [Fact]
    public async Task Two_replicas_handle_what_waits_in_order_and_once()
    {
        var ill = true;
        World.System.BeforeEntering = counted =>
        {
            if (Volatile.Read(ref ill) && counted.Number == 1)
                throw new InvalidOperationException("ill");
        };
        var ledger = await World.StartAsync("ledger", time: Clock);
        for (var number = 1; number <= 5; number++)
            await PublishAsync([.. Enumerable.Range(1, 20).Select(saga => Event(saga, number))]);
        await ledger.HandleAllAsync();
        Assert.Equal(100, await World.AskAsync<long>("ledger", "select count(*) from waiting"));

        Volatile.Write(ref ill, false);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var other = await World.StartAsync("ledger", time: Clock);
        await Task.WhenAll(Task.Run(ledger.DrainAllAsync, Ct), Task.Run(other.DrainAllAsync, Ct));
        await ledger.DrainAllAsync();

        Assert.Equal(20, await World.AskAsync<long>("ledger", "select count(*) from ledgers where numbers = '1 2 3 4 5'"));
        Assert.Equal(100, await World.AskAsync<long>("ledger", "select count(*) from outbox"));
    }
}
