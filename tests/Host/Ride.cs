using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>Calls of riders and drivers to a running program.</summary>
internal static class Ride
{
    /// <summary>Requests a taxi.</summary>
    public static Task<HttpResponseMessage> RequestAsync(this HttpClient http) =>
        http.PostAsJsonAsync(
            "catches",
            new
            {
                price = 250_000,
                startingPoint = "Busan",
                destination = "Seoul",
                customer = "Peter",
            }
        );

    /// <summary>Requests a taxi and asserts success.</summary>
    public static async Task RequestedAsync(this HttpClient http)
    {
        using var answer = await http.RequestAsync();
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    /// <summary>A driver takes a request.</summary>
    public static Task<HttpResponseMessage> TakeAsync(this HttpClient http, long matchId) =>
        http.PostAsJsonAsync("pickUps", new { matchId, driver = "Speedmate" });

    /// <summary>A resource; null if it does not exist.</summary>
    public static async Task<JsonNode?> FindAsync(this HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        answer.EnsureSuccessStatusCode();
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The answer with any status.</summary>
    public static Task<HttpResponseMessage> AskAsync(this HttpClient http, string path) => http.GetAsync(path);

    /// <summary>A rider cancels.</summary>
    public static Task<HttpResponseMessage> CancelAsync(this HttpClient http, long id) =>
        http.PatchAsJsonAsync($"catches/{id}", new { status = "Cancel" });

    /// <summary>Sets the provider's delay for charges.</summary>
    public static async Task DelayAsync(this HttpClient http, int milliseconds)
    {
        using var answer = await http.PatchAsJsonAsync("provider/settings", new { delay = milliseconds });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until a field of a resource has the value.</summary>
    public static Task UntilAsync(this HttpClient http, string path, string field, string value) =>
        UntilAsync(http, path, found => (string?)found?[field] == value);

    /// <summary>Waits until a request's outcome is known.</summary>
    public static Task SettledAsync(this HttpClient http, string path) =>
        UntilAsync(http, path, found => found is not null && (string?)found["status"] != "requested");

    /// <summary>Waits until a resource is gone.</summary>
    public static Task GoneAsync(this HttpClient http, string path) => UntilAsync(http, path, found => found is null);

    /// <summary>Waits until the charge of a saga was given back.</summary>
    public static Task GivenBackAsync(this HttpClient http, long matchId) =>
        UntilAsync(http, $"provider/charges/taxi-{matchId}", found => (string?)found?["state"] == "givenBack");

    // Waits at most half a minute.
    private static async Task UntilAsync(HttpClient http, string path, Func<JsonNode?, bool> holds)
    {
        var began = Stopwatch.GetTimestamp();
        while (await http.FindAsync(path) is var found && !holds(found))
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"{path} came to rest as {found?.ToJsonString()}");
            await Task.Delay(20);
        }
    }

    /// <summary>Every movement of money of a saga: <c>charge</c>, <c>giveBack</c>.</summary>
    public static async Task<string[]> LedgerAsync(this HttpClient http, long matchId)
    {
        var ledger = await http.FindAsync($"provider/ledger?name=taxi-{matchId}");
        return [.. ledger!["_embedded"]!["ledger"]!.AsArray().Select(m => (string)m!["action"]!)];
    }
}
