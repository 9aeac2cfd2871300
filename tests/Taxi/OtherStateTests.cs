using Mannam.Tests.Scenarios;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>The money stays right after a restore of the log or a database, and after sessions lost their prepared statements.</summary>
public sealed class OtherStateTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>
{
    private const string KillWriter =
        "select pg_terminate_backend(pid, 10000) from pg_locks where locktype = 'advisory' and objid = 3 and database = (select oid from pg_database where datname = current_database())";

    private static readonly string[] Services = ["taxi.catch", "taxi.payment", "taxi.pickup", "taxi.mypage"];

    private HttpClient Http => taxi.Http;

    private Task LogAsync(string sql) => postgres.ExecuteAsync(taxi.Prefix + "taxi_log", sql);

    private async Task AgreeAsync(long id, params string[] ledger)
    {
        await taxi.Machine.SettledAsync(id);
        Assert.Equal(ledger, await Http.LedgerAsync($"taxi-{id}"));
        await TaxiAgreement.CheckAsync(Http, id);
    }

    [Fact]
    public async Task Rides_before_and_after_a_log_restore_are_refunded_once()
    {
        var before = await taxi.OfferAsync();
        await LogAsync("drop table if exists backup; create table backup as select * from log");
        var lost = await taxi.OfferAsync();
        var cancelled = await taxi.OfferAsync();
        await Http.CancelAsync(cancelled);
        await taxi.Machine.SettledAsync(cancelled);

        await LogAsync("truncate log; insert into log select * from backup");
        await LogAsync(KillWriter);
        await Http.CancelAsync(before).Gives(200);
        await Http.CancelAsync(lost).Gives(200);
        var after = await taxi.OfferAsync();

        await AgreeAsync(before, "charge 250000", "giveBack 250000");
        await AgreeAsync(lost, "charge 250000", "giveBack 250000");
        await AgreeAsync(cancelled, "charge 250000", "giveBack 250000");
        await AgreeAsync(after, "charge 250000");
    }

    [Fact]
    public async Task A_restored_catch_database_does_not_reuse_an_id()
    {
        var catches = taxi.Prefix + "taxi_catch";
        var first = await taxi.OfferAsync();
        await taxi.Machine.StopAsync("taxi.catch");
        await postgres.ExecuteAsync("postgres", $"create database {catches}_backup template {catches}");
        await taxi.StartAsync("taxi.catch");
        var lost = await taxi.OfferAsync();
        await taxi.Machine.StopAsync("taxi.catch");
        await postgres.ExecuteAsync("postgres", $"drop database {catches}");
        await postgres.ExecuteAsync("postgres", $"alter database {catches}_backup rename to {catches}");

        await taxi.StartAsync("taxi.catch");
        await UntilToldAsync("taxi.catch");
        var next = await taxi.OfferAsync();

        Assert.Equal(lost + 1, next);
        await Http.CancelAsync(next).Gives(200);
        await Http.CancelAsync(first).Gives(200);
        await AgreeAsync(next, "charge 250000", "giveBack 250000");
        await AgreeAsync(first, "charge 250000", "giveBack 250000");
        Assert.Equal(["charge 250000"], await Http.LedgerAsync($"taxi-{lost}"));
    }

    private async Task UntilToldAsync(string service)
    {
        var ct = TestContext.Current.CancellationToken;
        for (var began = Environment.TickCount64; ; await Task.Delay(20, ct))
        {
            if ((await taxi.Machine[service].HealthAsync(ct)).Details.ContainsKey("history"))
                return;
            Assert.True(Environment.TickCount64 - began < 30_000, "the restore was not noticed");
        }
    }

    [Fact]
    public async Task Sessions_that_lost_their_prepared_statements_are_replaced()
    {
        await taxi.OfferAsync();
        foreach (var service in Services)
            await ForgetAsync(taxi.Machine[service].Services.GetRequiredService<NpgsqlDataSource>());

        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => OrderedAsync()));

        foreach (var id in ids)
            await AgreeAsync(id, "charge 250000");
        // Sessions that no request has used are still broken. They must not disturb the next test.
        foreach (var service in Services)
            taxi.Machine[service].Services.GetRequiredService<NpgsqlDataSource>().Clear();
    }

    // A payment that meets such a session may be too late for its caller. Then the request is repeated.
    private async Task<long> OrderedAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = await Http.AskAsync("POST /catches", TaxiCalls.Order());
            if (answer.Status == 201)
                return (long)answer.Json["id"]!;
            Assert.Equal(503, answer.Status);
            Assert.True(attempt < 5, "the sessions are not replaced");
        }
    }

    // Clears the prepared statements of the sessions that are free now.
    private static async Task ForgetAsync(NpgsqlDataSource database)
    {
        var open = new List<NpgsqlConnection>();
        for (var i = 0; i < 4; i++)
        {
            open.Add(await database.OpenConnectionAsync(TestContext.Current.CancellationToken));
            await using var command = new NpgsqlCommand("deallocate all", open[^1]);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        foreach (var connection in open)
            await connection.DisposeAsync();
    }

    [Fact]
    public async Task No_request_fails_while_a_column_is_added_to_every_table()
    {
        using var enough = new CancellationTokenSource();
        var ordering = Enumerable
            .Range(0, 4)
            .Select(async _ =>
            {
                var ids = new List<long>();
                while (!enough.IsCancellationRequested)
                    ids.Add(await Http.OrderAsync());
                return ids;
            })
            .ToList();
        await Task.WhenAny(ordering.Append(taxi.OfferAsync().ContinueWith(_ => new List<long>(), TaskScheduler.Default)));
        foreach (var service in Services)
        {
            await postgres.ExecuteAsync(
                taxi.Prefix + service.Replace('.', '_'),
                """
                do $$ declare t text; begin
                for t in select tablename from pg_tables where schemaname = 'public' loop execute format('alter table %I add column added int', t); commit; end loop;
                end $$
                """
            );
        }
        await Http.OrderAsync();
        await enough.CancelAsync();

        foreach (var id in (await Task.WhenAll(ordering)).SelectMany(ids => ids).Take(20))
            await AgreeAsync(id, "charge 250000");
    }
}
