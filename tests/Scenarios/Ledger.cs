using System.Text.Json.Nodes;

namespace Mannam.Tests.Scenarios;

/// <summary>The provider's ledger of a ride.</summary>
internal static class Ledger
{
    /// <summary>Every movement, oldest first: <c>charge</c>, <c>giveBack</c>.</summary>
    public static async Task<string[]> OfAsync(HttpClient provider, long id)
    {
        var rows = await provider.AskAsync($"GET /ledger?name=taxi-{id}").Gives(200);
        return [.. rows.Rows("ledger").Select((JsonNode m) => (string)m["action"]!)];
    }
}
