using System.Text.Json;
using static Mannam.Bench.Baseline.Store;

namespace Mannam.Bench.Baseline;

/// <summary>Records a request, calls payment, and marks the request as paid.</summary>
internal static class CatchService
{
    internal const string Tables = """
        CREATE TABLE IF NOT EXISTS catch (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, price bigint NOT NULL, starting_point text NOT NULL,
            destination text NOT NULL, customer text NOT NULL, status text NOT NULL);
        """;

    private const string Record = """
        WITH recorded AS (
            INSERT INTO catch (price, starting_point, destination, customer, status)
            VALUES ($1, $2, $3, $4, 'requested') RETURNING id)
        INSERT INTO outbox (key, type, payload)
        SELECT id, 'CatchRequested', '{"id":' || id || ',' || $5 FROM recorded RETURNING key
        """;

    private const string Approve = "UPDATE catch SET status = 'approve' WHERE id = $1";

    internal static void Map(IEndpointRouteBuilder routes, NpgsqlDataSource store, HttpClient http, Uri payments) =>
        routes.MapPost(
            "/catches",
            async (CatchRequest asked) =>
            {
                var happened = new Requested(asked.Price, asked.StartingPoint, asked.Destination, asked.Customer, "requested");
                var id = await store.QueryNumberAsync(
                    Record,
                    Number(asked.Price),
                    Text(asked.StartingPoint),
                    Text(asked.Destination),
                    Text(asked.Customer),
                    // The database creates the id; the JSON without its opening brace follows it.
                    Text(JsonSerializer.Serialize(happened, MessagesJson.Default.Requested)[1..])
                );
                var payment = new Payment(id, asked.Price, asked.Customer, asked.StartingPoint, asked.Destination, "Approved");
                await Calls.PostAsync(http, payments, payment, MessagesJson.Default.Payment);
                await store.ExecuteAsync(Approve, Number(id));
                return TypedResults.Created(
                    $"/catches/{id}",
                    new Catch(id, asked.Price, asked.StartingPoint, asked.Destination, asked.Customer, "approve")
                );
            }
        );
}
