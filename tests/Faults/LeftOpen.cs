using Npgsql;

namespace Mannam.Tests.Faults;

/// <summary>A request without an outcome, as a crash leaves it, and old enough to be swept.</summary>
internal static class LeftOpen
{
    /// <summary>Leaves one; returns its id.</summary>
    public static async Task<long> ByACrashAsync(PostgresFixture postgres, TaxiMachine taxi)
    {
        await taxi.StartAsync();
        // The intent is committed; what would come next does not.
        taxi.Machine["taxi.catch"].Failpoints.OnHit = point =>
            point == "call.asking" ? throw new InvalidOperationException("crashed") : ValueTask.CompletedTask;
        await taxi.Http.AskAsync("POST /catches", TaxiCalls.Order()).Gives(500);
        var id = (long)(await taxi.Http.AskAsync("GET /catches").Gives(200)).Rows("catches")[0]["id"]!;
        await taxi.Machine.SettledAsync(id);
        await taxi.DisposeAsync();
        await AgeAsync(postgres, taxi.Prefix);
        return id;
    }

    private static async Task AgeAsync(PostgresFixture postgres, string prefix)
    {
        var database = new NpgsqlConnectionStringBuilder(await postgres.ServerAsync())
        {
            Database = prefix + "taxi_catch",
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(database.ToString());
        await connection.OpenAsync();
        await using var age = new NpgsqlCommand("update catches set requested_at = now() - interval '1 minute'", connection);
        await age.ExecuteNonQueryAsync();
    }
}
