using Npgsql;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>A read-only store: commands get 503, views answer, and services recover by themselves once it is writable again.</summary>
public sealed class ReadOnlyStoreHttpTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task OnAllAsync(string sql)
    {
        await using var server = NpgsqlDataSource.Create(await postgres.ServerAsync());
        await using var names = server.CreateCommand("select datname from pg_database where starts_with(datname, $1)");
        names.Parameters.Add(new NpgsqlParameter<string> { TypedValue = taxi.Prefix });
        var databases = new List<string>();
        await using (var rows = await names.ExecuteReaderAsync(Ct))
        {
            while (await rows.ReadAsync(Ct))
                databases.Add(rows.GetString(0));
        }
        foreach (var database in databases)
        {
            await using var command = server.CreateCommand(sql.Replace("DATABASE", database, StringComparison.Ordinal));
            await command.ExecuteNonQueryAsync(Ct);
        }
    }

    private async Task UntilAsync(int status)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await taxi.Http.AskAsync("GET /health/ready")).Status != status)
            await Task.Delay(20, deadline.Token);
    }

    [Fact]
    public async Task Commands_are_503_and_views_answer_while_the_stores_are_read_only()
    {
        var id = await taxi.OfferAsync();
        await OnAllAsync("alter database DATABASE set default_transaction_read_only = on");
        await OnAllAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'DATABASE'");

        await UntilAsync(503);
        foreach (
            var refused in new[]
            {
                await taxi.Http.AskAsync("POST /catches", TaxiCalls.Order()),
                await taxi.Http.CancelAsync(id),
                await taxi.Http.TakeAsync(id, "driver"),
            }
        )
            Assert.Equal((503, true), (refused.Status, refused.Header("Retry-After") is not null));
        foreach (var path in new[] { $"/catches/{id}", $"/payments/{id}", $"/myPages/{id}", "/myPages", $"/catchReqLists/{id}" })
            await taxi.Http.AskAsync("GET " + path).Gives(200);

        // Open sessions stay read-only.
        await OnAllAsync("alter database DATABASE reset default_transaction_read_only");
        await UntilAsync(200);
        await taxi.Http.CancelAsync(id).Gives(200);
        await taxi.Machine.SettledAsync(id);
        Assert.Equal(["charge 250000", "giveBack 250000"], await taxi.Http.LedgerAsync($"taxi-{id}"));
        await taxi.OfferAsync();
    }
}
