using System.Text.Json.Nodes;
using Mannam.Tests.Chassis.Http;

namespace Mannam.Tests;

/// <summary>Calls of customers and underwriters, one method each.</summary>
internal static class InsuranceCalls
{
    /// <summary>The body of an application.</summary>
    public static object Form(string productName = "Fisrtcancer", string? customer = "Peter") => new { productName, customer };

    /// <summary>A customer applies and pays. Returns the application's id.</summary>
    public static async Task<long> ApplyAsync(this HttpClient http, string productName = "Fisrtcancer", string? customer = "Peter") =>
        (long)(await http.AskAsync("POST /subscriptions", Form(productName, customer)).Gives(201)).Json["subscriptionId"]!;

    /// <summary>A customer applies, and an underwriter is assigned and confirmed. Returns the application's id.</summary>
    public static async Task<long> AssignedAsync(this InsuranceMachine insurance)
    {
        var id = await insurance.Http.ApplyAsync();
        await insurance.Machine.SettledAsync(id);
        return id;
    }

    public static Task<Answer> CancelApplicationAsync(this HttpClient http, long id) =>
        http.AskAsync($"PATCH /subscriptions/{id}", new { subscriptionStatus = "reqCancel" });

    /// <summary>The underwriter approves or refuses.</summary>
    public static Task<Answer> DecideAsync(this HttpClient http, long underwritingId, string underwritingStatus) =>
        http.AskAsync($"PATCH /underwritings/{underwritingId}", new { underwritingStatus });

    /// <summary>The application's status word.</summary>
    public static async Task<string?> ApplicationStatusAsync(this HttpClient http, long id) =>
        (await http.AskAsync($"GET /subscriptions/{id}").Gives(200)).At("subscriptionStatus");

    /// <summary>The application's case; null if there is none.</summary>
    public static Task<JsonNode?> CaseAsync(this HttpClient http, long id) => http.OfAsync("underwritings", id);

    /// <summary>The application's payment; null if there is none.</summary>
    public static Task<JsonNode?> PremiumAsync(this HttpClient http, long id) => http.OfAsync("payments", id);

    /// <summary>The application's row in the view; null if it is not shown.</summary>
    public static async Task<JsonNode?> ViewAsync(this HttpClient http, long id) =>
        await http.AskAsync($"GET /subscriptionViews/{id}") is { Status: 200 } shown ? shown.Json : null;

    private static async Task<JsonNode?> OfAsync(this HttpClient http, string collection, long id) =>
        (await http.AskAsync($"GET /{collection}?subscriptionId={id}").Gives(200)).Rows(collection).SingleOrDefault();
}
