using Mannam.Tests.Chassis.Counting;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Payments;

/// <summary>Payment's tables are locked while a ride is cancelled: the money goes back after the lock, however long it lasts.</summary>
public sealed class HeldUpTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_ride_cancelled_while_payments_are_locked_is_refunded_afterwards()
    {
        using var refusals = new Measured("mannam.refusals");
        var id = await taxi.OfferAsync();
        await using var payments = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(await postgres.ServerAsync()) { Database = $"{taxi.Prefix}taxi_payment" }.ToString()
        );
        await using var connection = await payments.OpenConnectionAsync(Ct);
        await using (var transaction = await connection.BeginTransactionAsync(Ct))
        {
            await using var hold = new NpgsqlCommand("lock table payments in share mode", connection, transaction);
            await hold.ExecuteNonQueryAsync(Ct);
            await taxi.Http.CancelAsync(id);

            // More refusals than an event has attempts. The test advances the clock for each retry.
            while (await AskAsync<int?>("select max(refusals) from waiting") is not >= 14)
            {
                taxi.Time.Forward(TimeSpan.FromSeconds(11));
                await Task.Delay(20, Ct);
            }
            Assert.Equal(0, await AskAsync<long>("select count(*) from waiting where parked_at is not null"));
            Assert.True(refusals.Of(("service", "taxi.payment"), ("by", "store"), ("code", "55P03")) >= 10);
            var health = await taxi.Http.AskAsync("GET /health/ready").Gives(200);
            var told = (string?)health.Json["services"]!["taxi.payment"]!["details"]!["held events"];
            Assert.Matches("^1 since .* by the store: 55P03, locked by somebody else$", told);
            Assert.Equal(["charge 250000"], await taxi.Http.LedgerAsync($"taxi-{id}"));
        }

        while (await AskAsync<long>("select count(*) from waiting") > 0)
        {
            taxi.Time.Forward(TimeSpan.FromSeconds(11));
            await Task.Delay(20, Ct);
        }
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("Cancel", (await taxi.Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
        Assert.Equal(["charge 250000", "giveBack 250000"], await taxi.Http.LedgerAsync($"taxi-{id}"));

        async Task<T?> AskAsync<T>(string sql)
        {
            await using var command = payments.CreateCommand(sql);
            return await command.ExecuteScalarAsync(Ct) is T value ? value : default;
        }
    }
}
