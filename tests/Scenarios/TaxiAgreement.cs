using System.Text.Json.Nodes;
using Xunit;

namespace Mannam.Tests.Scenarios;

/// <summary>The state of a settled request in catch, pickup, payment, my page and the provider's ledger. All must agree.</summary>
internal sealed record TaxiAgreement(
    JsonNode Catch,
    JsonNode? Payment,
    JsonNode? Listed,
    JsonNode? PickUp,
    JsonNode? Page,
    string? Charge,
    IReadOnlyList<string> Ledger
)
{
    /// <summary>Reads all services and checks that they agree. The saga must have settled.</summary>
    public static async Task<TaxiAgreement> CheckAsync(HttpClient http, long id)
    {
        var agreement = new TaxiAgreement(
            (await FindAsync(http, $"/catches/{id}"))!,
            await FindAsync(http, $"/payments/{id}"),
            await FindAsync(http, $"/catchReqLists/{id}"),
            await FindAsync(http, $"/pickUps/{id}"),
            await FindAsync(http, $"/myPages/{id}"),
            (string?)(await FindAsync(http, $"/provider/charges/taxi-{id}"))?["state"],
            await http.LedgerAsync($"taxi-{id}")
        );
        agreement.Check();
        return agreement;
    }

    private static async Task<JsonNode?> FindAsync(HttpClient http, string path)
    {
        var answer = await http.AskAsync("GET " + path);
        Assert.Contains(answer.Status, new[] { 200, 404 });
        return answer.Status == 200 ? answer.Json : null;
    }

    private string Status => (string)Catch["status"]!;

    private string? Driver => (string?)PickUp?["driver"];

    private void Check()
    {
        var price = (long)Catch["price"]!;
        Is(Expected(price), (Word(Payment, "paymentAction"), Listed is not null, Driver is not null, Word(Page, "status"), Charge));
        // The money is taken at most once. It is given back if and only if the request is cancelled.
        string[] paid = [$"charge {price}"];
        Is(
            Charge == "voided" ? []
                : Charge == "givenBack" ? [.. paid, $"giveBack {price}"]
                : paid,
            Ledger
        );
        Is(Driver, (string?)Page?["driver"]);
        foreach (var other in new[] { Payment, Listed, PickUp, Page })
            CheckFields(other);
    }

    /// <summary>The state that the others must have for catch's status.</summary>
    private (string? Payment, bool Listed, bool Driver, string? Page, string Charge) Expected(long price) =>
        Status switch
        {
            "approve" => ("Approved", true, false, "PaymentApproved", "taken"),
            "PickupAssigned" => ("Approved", false, true, "PickupAssigned", "taken"),
            "PickupCancelled" => ("Approved", true, false, "PickupCancelled", "taken"),
            "Cancel" when Payment is not null => ("Cancel", false, false, "PaymentCancelled", "givenBack"),
            // Payment has no record. An approval that was overtaken may have taken the money for a moment.
            "Cancel" => (null, false, false, null, Ledger.Count == 0 ? "voided" : "givenBack"),
            _ => throw new InvalidOperationException($"a settled request of {price} won cannot be '{Status}': {this}"),
        };

    private void CheckFields(JsonNode? other)
    {
        foreach (var field in new[] { "price", "startingPoint", "destination", "customer" })
        {
            if (other?[field] is { } value)
                Is(Catch[field]!.ToJsonString(), value.ToJsonString());
        }
    }

    private static string? Word(JsonNode? resource, string field) => (string?)resource?[field];

    private void Is<T>(T expected, T actual)
    {
        var agrees = expected is IEnumerable<string> list ? list.SequenceEqual((IEnumerable<string>)actual!) : Equals(expected, actual);
        Assert.True(agrees, $"expected {Text(expected)}, found {Text(actual)}, in {this}; ledger: {string.Join(", ", Ledger)}");
    }

    private static string Text<T>(T value) => value is IEnumerable<string> list ? $"[{string.Join(", ", list)}]" : $"{value}";
}
