using static Mannam.Bench.Baseline.Store;

namespace Mannam.Bench.Baseline;

/// <summary>
/// Mannam's two views, read directly from the payments. With them the baseline can replace Mannam (<c>--taxi-command</c>): a benchmark of a side
/// against itself must give a ratio near 1.
/// </summary>
internal static class ViewsOfPayments
{
    internal static void Map(IEndpointRouteBuilder routes, NpgsqlDataSource payments)
    {
        routes.MapGet("/catchReqLists/{id:long}", (long id) => AnswerAsync(payments, id));
        routes.MapGet("/myPages/{id:long}", (long id) => ReadAsync(payments, id));
    }

    // A bare read by key: the minimum cost of a view.
    private static async Task<IResult> ReadAsync(NpgsqlDataSource payments, long id)
    {
        await using var command = payments.CreateCommand(
            "SELECT price, customer, starting_point, destination, payment_action FROM payment WHERE match_id = $1"
        );
        command.Parameters.Add(Number(id));
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync()
            ? TypedResults.Json(
                new Payment(id, row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4)),
                MessagesJson.Default.Payment
            )
            : TypedResults.NotFound();
    }

    private static async Task<IResult> AnswerAsync(NpgsqlDataSource payments, long id) =>
        await payments.QueryNumberAsync("SELECT match_id FROM payment WHERE match_id = $1", Number(id)) == id
            ? TypedResults.Ok()
            : TypedResults.NotFound();
}
