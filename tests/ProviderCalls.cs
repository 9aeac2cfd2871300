namespace Mannam.Tests;

/// <summary>Calls of operators to the payment provider.</summary>
internal static class ProviderCalls
{
    /// <summary>Every movement of a charge, such as <c>charge 250000</c>, oldest first.</summary>
    public static async Task<string[]> LedgerAsync(this HttpClient http, string charge)
    {
        var rows = await http.AskAsync($"GET /provider/ledger?name={charge}&size=100").Gives(200);
        return [.. rows.Rows("ledger").Select(m => $"{m["action"]} {m["amount"]}")];
    }

    /// <summary>Changes the provider's settings until disposal.</summary>
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
