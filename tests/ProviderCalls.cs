namespace Mannam.Tests;

/// <summary>What operators do with the payment provider, and what its ledger tells.</summary>
internal static class ProviderCalls
{
    /// <summary>Every movement of a charge, such as <c>charge 250000</c>, oldest first.</summary>
    public static async Task<string[]> LedgerAsync(this HttpClient http, string charge)
    {
        var rows = await http.AskAsync($"GET /provider/ledger?name={charge}&size=100").Gives(200);
        return [.. rows.Rows("ledger").Select(m => $"{m["action"]} {m["amount"]}")];
    }

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
