using Mannam.Tests.Chassis.Counting;
using Mannam.Tests.Chassis.Messaging;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Chassis.Hosting;

/// <summary>A store that is read-only for a while, like a former primary after a failover.</summary>
public sealed class ReadOnlyStoreTests(PostgresFixture postgres) : WaitingTestsBase(postgres)
{
    private async Task ExecuteAsync(string service, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(await World.DatabaseAsync(service))
            {
                Options = "-c default_transaction_read_only=off",
            }.ToString()
        );
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }

    // Open sessions keep the old setting, so they are ended. New sessions are read-only.
    private async Task OnlyReadsAsync(string service)
    {
        await ExecuteAsync(service, Alter("set default_transaction_read_only = on"));
        await ExecuteAsync(
            service,
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        );
    }

    // Open sessions stay read-only: a service must replace them by itself.
    private Task WritesAgainAsync(string service) => ExecuteAsync(service, Alter("reset default_transaction_read_only"));

    private static string Alter(string what) => $"do $$ begin execute format('alter database %I {what}', current_database()); end $$";

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
            await Task.Delay(20, deadline.Token);
    }

    [Fact]
    public async Task A_read_only_store_makes_a_service_unready_until_it_is_writable_again()
    {
        var ledger = await World.StartAsync("ledger", loops: true);
        var counter = await World.StartAsync("counter", loops: true);
        await OnlyReadsAsync("ledger");

        await counter.CountAsync(1);
        await UntilAsync(async () => (await ledger.HealthAsync(Ct)).Details["store"] == "refuses: 25006, the store only reads");
        await UntilAsync(async () =>
            (await ledger.HealthAsync(Ct)).Details["consumer"].EndsWith("25006, the store only reads", StringComparison.Ordinal)
        );
        var health = await ledger.HealthAsync(Ct);
        Assert.Equal((true, false), (health.Live, health.Ready));

        await WritesAgainAsync("ledger");
        await UntilAsync(async () => (await ledger.HealthAsync(Ct)).Ready);
        await World.SettledAsync(1, counter, ledger);
        Assert.Equal("1", await World.LedgerAsync(1));
        Assert.Equal(0, await World.AskAsync<long>("ledger", "select count(*) from waiting"));
    }

    [Fact]
    public async Task A_relay_publishes_nothing_that_it_cannot_remove_from_the_outbox()
    {
        var counter = await World.StartAsync("counter");
        await counter.CountAsync(1);
        await OnlyReadsAsync("counter");

        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAnyAsync<NpgsqlException>(counter.RelayAsync);
        Assert.Empty(await World.EventsAsync(1));

        await WritesAgainAsync("counter");
        await counter.RelayAllAsync();
        Assert.Single(await World.EventsAsync(1));
    }
}
