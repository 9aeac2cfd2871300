using System.Text.Json.Nodes;
using Xunit;

namespace Mannam.Tests.Scenarios;

/// <summary>Asserts that the services, the view and the money agree about a settled application.</summary>
internal static class InsuranceAgreement
{
    /// <summary>Checks one saga.</summary>
    public static async Task CheckAsync(HttpClient http, long id)
    {
        var application = (await http.AskAsync($"GET /subscriptions/{id}").Gives(200)).Json;
        var (payment, underwriting, view) = (await http.PremiumAsync(id), await http.CaseAsync(id), await http.ViewAsync(id));
        var status = (string)application["subscriptionStatus"]!;
        var found = (Word(payment, "paymentStatus"), Word(underwriting, "underwritingStatus"));
        (string?, string?)[] expected = status switch
        {
            "confirmUnderwriterId" => [("approvePayment", "underwriterAssigned")],
            "contracted" => [("approvePayment", "approveSubscription")],
            "confirmRefuse" => [("cancelPayment_refused", "refuseSubscription")],
            "confirmCancel" when view is null => [(null, null), ("cancelPayment", null)],
            "confirmCancel" => [("cancelPayment", null), ("cancelPayment", "withdrawn")],
            _ => [],
        };
        Assert.True(expected.Contains(found), $"{status}: {found}, {view}");
        await CheckMoneyAsync(http, id, Word(payment, "paymentStatus"), (long?)payment?["premium"]);
        if (view is null)
            return;
        foreach (var told in new[] { application, payment, underwriting })
        {
            foreach (var (name, value) in told?.AsObject().Where(f => f.Value is JsonValue && view.AsObject().ContainsKey(f.Key)) ?? [])
                Assert.True(view[name]?.ToJsonString() == value!.ToJsonString(), $"{name} of {id}: {view}, not {value}");
        }
    }

    private static async Task CheckMoneyAsync(HttpClient http, long id, string? status, long? premium)
    {
        var ledger = await http.LedgerAsync($"insurance-{id}");
        string[][] expected = status switch
        {
            "approvePayment" =>
            [
                [$"charge {premium}"],
            ],
            null =>
            [
                [],
                [$"charge {Charged(ledger)}", $"giveBack {Charged(ledger)}"],
            ],
            _ =>
            [
                [$"charge {premium}", $"giveBack {premium}"],
            ],
        };
        Assert.Contains(ledger, expected);
    }

    private static string? Charged(string[] ledger) => ledger.FirstOrDefault()?.Split(' ')[1];

    private static string? Word(JsonNode? resource, string field) => (string?)resource?[field];
}
