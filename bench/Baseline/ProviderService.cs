using static Mannam.Bench.Baseline.Store;

namespace Mannam.Bench.Baseline;

/// <summary>Takes the money: it inserts one row.</summary>
internal static class ProviderService
{
    internal const string Tables = "CREATE TABLE IF NOT EXISTS charge (key text PRIMARY KEY, amount bigint NOT NULL, status text NOT NULL)";

    private const string Take = "INSERT INTO charge (key, amount, status) VALUES ($1, $2, 'charged')";

    internal static void Map(IEndpointRouteBuilder routes, NpgsqlDataSource store) =>
        routes.MapPost(
            "/charges",
            async (Charge asked) =>
            {
                await store.ExecuteAsync(Take, Text(asked.Key), Number(asked.Amount));
                return TypedResults.Created((string?)null, asked with { Status = "charged" });
            }
        );
}
