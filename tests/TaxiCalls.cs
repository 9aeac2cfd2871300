using System.Globalization;
using System.Text.Json.Nodes;
using Mannam.Tests.Chassis.Http;

namespace Mannam.Tests;

/// <summary>What riders, drivers and operators do, in one line each.</summary>
internal static class TaxiCalls
{
    /// <summary>A request as riders send it.</summary>
    public static object Order(object? price = null, string customer = "Peter") =>
        new
        {
            price = price ?? 250000,
            startingPoint = "Busan",
            destination = "Seoul",
            customer,
        };

    /// <summary>A rider requests a taxi, and it is paid. Returns its id.</summary>
    public static async Task<long> OrderAsync(this HttpClient http, long price = 250000, string customer = "Peter") =>
        (long)(await http.AskAsync("POST /catches", Order(price, customer)).Gives(201)).Json["id"]!;

    /// <summary>A rider requests a taxi that drivers see at once.</summary>
    public static async Task<long> OfferAsync(this TaxiMachine taxi, long price = 250000, string customer = "Peter")
    {
        var id = await taxi.Http.OrderAsync(price, customer);
        await taxi.Machine.SettledAsync(id);
        return id;
    }

    public static Task<Answer> TakeAsync(this HttpClient http, long id, string driver) =>
        http.AskAsync("POST /pickUps", new { matchId = id, driver });

    public static Task<Answer> GiveUpAsync(this HttpClient http, long id, string driver) =>
        http.AskAsync($"DELETE /pickUps/{id}?driver={driver}");

    public static Task<Answer> CancelAsync(this HttpClient http, long id) =>
        http.AskAsync($"PATCH /catches/{id}", new { status = "Cancel" });

    /// <summary>The id at the end of the Location.</summary>
    public static long Recorded(this Answer answer) =>
        long.Parse(new Uri(answer.Header("Location")!).Segments[^1], CultureInfo.InvariantCulture);

    /// <summary>Every movement of a charge, such as <c>charge 250000</c>, oldest first.</summary>
    public static async Task<string[]> LedgerAsync(this HttpClient http, string charge)
    {
        var rows = await http.AskAsync($"GET /provider/ledger?name={charge}&size=100").Gives(200);
        return [.. rows.Rows("ledger").Select(m => $"{m["action"]} {m["amount"]}")];
    }

    /// <summary>An item as HAL has it: its fields, and the two links to its place.</summary>
    public static string Hal(string fields, string name, string place)
    {
        var href = $$"""{"href":"{{place}}"}""";
        return fields[..^1] + $",\"_links\":{{\"self\":{href},\"{name}\":{href}}}}}";
    }

    /// <summary>The rows of a collection.</summary>
    public static IReadOnlyList<JsonNode> Rows(this Answer answer, string name) =>
        [.. answer.Json["_embedded"]![name]!.AsArray().Select(r => r!)];

    /// <summary>Has the provider behave like this until it is disposed of.</summary>
    public static async Task<IAsyncDisposable> ProviderAsync(this HttpClient http, object settings)
    {
        await http.AskAsync("PATCH /provider/settings", settings).Gives(200);
        return new AsUsual(http);
    }

    private sealed class AsUsual(HttpClient http) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() =>
            await http.AskAsync("PATCH /provider/settings", """{"declineAbove": null, "delay": 0, "jitter": 0, "mode": "ok"}""").Gives(200);
    }
}
