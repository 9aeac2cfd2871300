using System.Globalization;
using System.Text.Json;
using static Mannam.Bench.Baseline.Store;

namespace Mannam.Bench.Baseline;

/// <summary>Calls the provider, and records the payment.</summary>
internal static class PaymentService
{
    internal const string Tables = """
        CREATE TABLE IF NOT EXISTS payment (
            match_id bigint PRIMARY KEY, price bigint NOT NULL, customer text NOT NULL, starting_point text NOT NULL,
            destination text NOT NULL, payment_action text NOT NULL);
        """;

    private const string Record = """
        WITH paid AS (
            INSERT INTO payment (match_id, price, customer, starting_point, destination, payment_action)
            VALUES ($1, $2, $3, $4, $5, 'Approved') RETURNING match_id)
        INSERT INTO outbox (key, type, payload) SELECT match_id, 'PaymentApproved', $6 FROM paid
        """;

    internal static void Map(IEndpointRouteBuilder routes, NpgsqlDataSource store, HttpClient http, Uri provider) =>
        routes.MapPost(
            "/payments",
            async (Payment asked) =>
            {
                var charge = new Charge(asked.MatchId.ToString(CultureInfo.InvariantCulture), asked.Price, "asked");
                await Calls.PostAsync(http, provider, charge, MessagesJson.Default.Charge);
                await store.ExecuteAsync(
                    Record,
                    Number(asked.MatchId),
                    Number(asked.Price),
                    Text(asked.Customer),
                    Text(asked.StartingPoint),
                    Text(asked.Destination),
                    Text(JsonSerializer.Serialize(asked, MessagesJson.Default.Payment))
                );
                return TypedResults.Created((string?)null, asked);
            }
        );
}
