using Mannam.Hosting;
using Mannam.Tests.Chassis.Counting;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>Guarantee 4: refusals of the store or a peer for reasons outside of the event do not count against the event.</summary>
public sealed class RefusedTests(PostgresFixture postgres) : WaitingTestsBase(postgres)
{
    // More attempts than an event may fail by its own fault.
    private const int Often = 15;

    private async Task<ServiceHost> StartAsync(string options = "")
    {
        var database = new NpgsqlConnectionStringBuilder(await World.DatabaseAsync("ledger")) { Options = options };
        var ledger = await World.StartAsync("ledger", time: Clock, database: database.ToString());
        await PublishAsync(Event(2, 1));
        await ledger.HandleAllAsync();
        return ledger;
    }

    private Task ExecuteAsync(string sql) => ExecuteUntilAsync(sql, Ct);

    private async Task ExecuteUntilAsync(string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(await World.DatabaseAsync("ledger"));
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    // Runs each loop until it would wait. A failed step is reported and repeated later, as in the host.
    private static async Task<int> TryAsync(ServiceHost ledger)
    {
        var failed = 0;
        foreach (var loop in new[] { "consumer", "waiting" })
        {
            try
            {
                while (await ledger.Loops[loop].StepAsync(Ct)) { }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // After a prepared statement was refused with 0A000, Npgsql fails again on the same connection. So the service gives the connection up.
                ledger.Failed(loop, e);
                failed++;
            }
        }
        return failed;
    }

    private async Task<int> TryOftenAsync(ServiceHost ledger)
    {
        var failed = 0;
        for (var i = 0; i < Often; i++)
        {
            failed += await TryAsync(ledger);
            Clock.Advance(TimeSpan.FromSeconds(11));
        }
        return failed;
    }

    private async Task HandledAfterAllAsync(ServiceHost ledger)
    {
        // A service gives up connections at most once a second.
        var began = Environment.TickCount64;
        do
        {
            await TryAsync(ledger);
            Clock.Advance(TimeSpan.FromSeconds(11));
        } while (await WaitingAsync() > 0 && Environment.TickCount64 - began < 20_000);
        Assert.Empty(await ParkedAsync());
        Assert.Equal("1 2 3", await World.LedgerAsync(2));
        Assert.Equal("1", await World.LedgerAsync(3));
        Assert.Equal(0, await WaitingAsync());
    }

    private Task<long> WaitingAsync() => World.AskAsync<long>("ledger", "select count(*) from waiting");

    // The event is parked after the usual number of attempts.
    private async Task ParkedInTheEndAsync(ServiceHost ledger)
    {
        for (var i = 0; i < Often; i++)
        {
            await TryAsync(ledger);
            Clock.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.Equal(("transient", 10), Assert.Single((await ParkedAsync()).Select(p => (p.Kind, p.Attempts))));
    }

    private Task RefuseAllAsync(string state) =>
        ExecuteAsync(
            $"""
            create function refuse() returns trigger language plpgsql as $$ begin raise exception 'Peter may not' using errcode = '{state}'; end $$;
            create trigger refuse before insert or update on ledgers for each row execute function refuse()
            """
        );

    [Theory]
    [InlineData("0A000")]
    [LongData("25006")]
    [LongData("26000")]
    [LongData("28000")]
    [LongData("40P01")]
    [LongData("42501")]
    [LongData("42P01")]
    [InlineData("53100")]
    [LongData("53200")]
    [LongData("55P03")]
    [InlineData("57014")]
    [LongData("58030")]
    [LongData("F0000")]
    [LongData("XX000")]
    [LongData("ZZ123")]
    public async Task An_event_that_the_store_refuses_is_retried_without_limit(string state)
    {
        var ledger = await StartAsync();
        using var refusals = new Measured("mannam.refusals");
        await RefuseAllAsync(state);
        await PublishAsync(Event(2, 2), Event(3, 1), Event(2, 3));

        await TryOftenAsync(ledger);

        Assert.Empty(await ParkedAsync());
        Assert.Equal("1", await World.LedgerAsync(2));
        // The first event of each saga is refused; the later one queues behind it.
        Assert.Equal("queued 1, store 2", await World.AskAsync<string>("ledger", Kinds));
        Assert.True(await World.AskAsync<int>("ledger", "select max(refusals) from waiting") >= 10);
        Assert.True(refusals.Of(("by", "store"), ("code", state), ("where", "waiting")) >= 10);
        await ledger.DoDueAsync();
        var told = (await ledger.HealthAsync(Ct)).Details["held events"];
        Assert.StartsWith("2 since 2030-01-01T00:0", told, StringComparison.Ordinal);
        Assert.Contains(state, told, StringComparison.Ordinal);
        Assert.DoesNotContain("Peter", told, StringComparison.Ordinal);

        await ExecuteAsync("drop function refuse() cascade");
        await HandledAfterAllAsync(ledger);
        Clock.Advance(TimeSpan.FromSeconds(6));
        await ledger.DoDueAsync();
        Assert.DoesNotContain("held events", (await ledger.HealthAsync(Ct)).Details.Keys);
    }

    private const string Kinds = """
        select string_agg(kind || ' ' || n, ', ' order by kind) from (select kind, count(*) n from waiting where parked_at is null group by kind) k
        """;

    [Theory]
    [LongData("22003")]
    [InlineData("23514")]
    [LongData("38000")]
    [LongData("54000")]
    [InlineData("P0001")]
    public async Task An_event_whose_own_data_the_store_rejects_is_parked_in_the_end(string state)
    {
        var ledger = await StartAsync();
        await RefuseAllAsync(state);
        await PublishAsync(Event(2, 2));

        await ParkedInTheEndAsync(ledger);
    }

    [Fact]
    public async Task Refusals_of_the_store_do_not_count_as_attempts_of_the_event()
    {
        var ledger = await StartAsync();
        await RefuseAllAsync("55P03");
        await PublishAsync(Event(2, 2));
        await TryOftenAsync(ledger);
        await ExecuteAsync("drop function refuse() cascade");
        var tries = 0;
        World.System.BeforeEntering = _ => throw new InvalidOperationException($"failure {++tries}");

        await ParkedInTheEndAsync(ledger);
        Assert.Equal("failure 10", Assert.Single(await ParkedAsync()).Error);
    }

    [Theory]
    [InlineData("a table is locked")]
    [LongData("an operator cancels what runs")]
    [InlineData("a statement takes too long")]
    [LongData("a table is renamed for a while")]
    [InlineData("a row is locked")]
    public async Task Database_maintenance_delays_events_and_loses_none(string what)
    {
        var ledger = await StartAsync(what == "a statement takes too long" ? "-c statement_timeout=100" : "");
        await using var other = new NpgsqlConnection(await World.DatabaseAsync("ledger"));
        await other.OpenAsync(Ct);
        await using var transaction = await other.BeginTransactionAsync(Ct);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var cancelling = Task.CompletedTask;
        switch (what)
        {
            case "a table is renamed for a while":
                await ExecuteAsync("alter table ledgers rename to away");
                break;
            case "a row is locked":
                await HoldAsync("select from ledgers where key = 2 for update");
                break;
            case "a table is locked":
                await HoldAsync("lock table ledgers in share mode");
                break;
            case "an operator cancels what runs":
                await HoldAsync("lock table ledgers in share mode");
                cancelling = CancelAsync(over.Token);
                break;
            default:
                await HoldAsync("lock table ledgers in share mode");
                break;
        }
        await PublishAsync(Event(2, 2), Event(3, 1), Event(2, 3));

        await TryOftenAsync(ledger);
        Assert.Empty(await ParkedAsync());
        Assert.Equal("1", await AwayAsync(what));

        await over.CancelAsync();
        await cancelling;
        await transaction.RollbackAsync(Ct);
        if (what.Contains("renamed", StringComparison.Ordinal))
            await ExecuteAsync("alter table away rename to ledgers");
        await HandledAfterAllAsync(ledger);

        async Task HoldAsync(string sql)
        {
            await using var hold = new NpgsqlCommand(sql, other, transaction);
            await hold.ExecuteNonQueryAsync(Ct);
        }
    }

    private Task<string?> AwayAsync(string what) =>
        World.AskAsync<string>(
            "ledger",
            $"select numbers from {(what.Contains("renamed", StringComparison.Ordinal) ? "away" : "ledgers")} where key = 2"
        );

    private async Task CancelAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await ExecuteUntilAsync(
                    "select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
                    ct
                );
                await Task.Delay(1, ct);
            }
        }
        catch (OperationCanceledException) { }
    }

    [Fact]
    public async Task A_locked_table_does_not_block_the_loops()
    {
        var ledger = await StartAsync();
        await using var other = new NpgsqlConnection(await World.DatabaseAsync("ledger"));
        await other.OpenAsync(Ct);
        await using var transaction = await other.BeginTransactionAsync(Ct);
        await using var hold = new NpgsqlCommand("lock table ledgers in share mode", other, transaction);
        await hold.ExecuteNonQueryAsync(Ct);
        await PublishAsync([.. Enumerable.Range(10, 200).Select(saga => Event(saga, 1))]);

        var clock = System.Diagnostics.Stopwatch.StartNew();
        await ledger.HandleAsync();

        // If each event waited for the lock as long as the first one, it would take 40 s.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        await ledger.HandleAllAsync();
        Assert.Equal(200, await World.AskAsync<long>("ledger", "select count(*) from waiting where kind = 'store' and code = '55P03'"));
    }

    [Theory]
    [LongData("io")]
    [InlineData("inside")]
    [LongData("time")]
    [InlineData("http 503")]
    public async Task An_exception_while_reading_facts_counts_as_the_events_own_fault(string how)
    {
        var ledger = await StartAsync();
        World.System.KnowBeforeEntering = _ => throw Refusals.Of(how);
        await PublishAsync(Event(2, 2));

        await ParkedInTheEndAsync(ledger);
    }

    [Fact]
    public async Task A_policy_that_would_break_a_constraint_is_parked_in_the_end()
    {
        var ledger = await StartAsync();
        await ExecuteAsync("drop index ledgers_numbers; create unique index ledgers_numbers on ledgers (numbers)");
        await PublishAsync(Event(3, 1), Event(4, 7));

        await TryAsync(ledger);
        // Other sagas do not wait for it.
        Assert.Equal("7", await World.LedgerAsync(4));
        await ParkedInTheEndAsync(ledger);
        Assert.Contains("ledgers_numbers", Assert.Single(await ParkedAsync()).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_would_break_a_constraint_is_retried_on_the_newer_state()
    {
        var ledger = await StartAsync();
        await ExecuteAsync("drop index ledgers_numbers; create unique index ledgers_numbers on ledgers (numbers)");
        await PublishAsync(Event(3, 1));
        await TryAsync(ledger);
        Assert.Equal(1, await WaitingAsync());

        await ExecuteAsync("update ledgers set numbers = '0' where key = 2");
        Clock.Advance(TimeSpan.FromMinutes(1));
        await TryAsync(ledger);

        Assert.Equal("1", await World.LedgerAsync(3));
        Assert.Empty(await ParkedAsync());
    }

    [Fact]
    public async Task A_due_message_that_fails_is_reported_and_done_in_the_end()
    {
        using var refusals = new Measured("mannam.refusals");
        var fails = true;
        World.System.Remind = (_, _) => fails ? throw Refusals.Of("http 503") : Task.CompletedTask;
        var counter = await World.StartAsync("counter", time: Clock);
        await counter.Counters().DecideAsync(1, c => c.Remind("hello"), Mannam.Abstractions.MessageContext.Internal());
        for (var i = 0; i < Often; i++)
        {
            await counter.DoDueAsync();
            Clock.Advance(TimeSpan.FromSeconds(11));
        }

        Assert.True(refusals.Of(("where", "due Reminder"), ("by", "peer"), ("code", "http 503")) >= Often);
        Assert.Matches("^1 since 2030-01-01T00:00:0.* by the peer: http 503$", (await counter.HealthAsync(Ct)).Details["held Reminder"]);

        fails = false;
        await counter.DoDueAsync();
        Clock.Advance(TimeSpan.FromSeconds(6));
        await counter.DoDueAsync();
        Assert.DoesNotContain("held Reminder", (await counter.HealthAsync(Ct)).Details.Keys);
    }
}
