using Xunit;

namespace Mannam.Tests.Payments;

/// <summary>The payment provider over HTTP: the answers, and the money moved.</summary>
public sealed class ProviderTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private HttpClient Http => taxi.Http;

    [Fact]
    public async Task A_repeated_charge_is_taken_once()
    {
        var taken = await Http.AskAsync("PUT /provider/charges/once", """{"amount": 700}""").Gives(201);
        Assert.Equal(("once", "700", "taken"), (taken.At("name"), taken.At("amount"), taken.At("state")));
        var again = await Http.AskAsync("PUT /provider/charges/once", """{"amount": "700"}""").Gives(200);
        Assert.Equal(taken.Body, again.Body);
        Assert.Equal(taken.Body, (await Http.AskAsync("GET /provider/charges/once").Gives(200)).Body);
        Assert.Equal(["charge 700"], await Http.LedgerAsync("once"));
    }

    [Fact]
    public async Task A_charge_with_the_same_name_and_another_amount_is_refused()
    {
        await Http.AskAsync("PUT /provider/charges/amount", """{"amount": 700}""").Gives(201);
        await Http.AskAsync("PUT /provider/charges/amount", """{"amount": 701}""").Refuses(409);
        Assert.Equal(["charge 700"], await Http.LedgerAsync("amount"));
    }

    [Fact]
    public async Task A_charge_above_the_limit_is_declined_with_a_reason_and_not_remembered()
    {
        await using (await Http.ProviderAsync(new { declineAbove = 1000 }))
        {
            var declined = await Http.AskAsync("PUT /provider/charges/dear", """{"amount": 1001}""").Refuses(402);
            Assert.NotEmpty(declined.At("reason")!);
            await Http.AskAsync("PUT /provider/charges/just", """{"amount": 1000}""").Gives(201);
            await Http.AskAsync("GET /provider/charges/dear").Refuses(404);
        }
        Assert.Empty(await Http.LedgerAsync("dear"));
        await Http.AskAsync("PUT /provider/charges/dear", """{"amount": 1001}""").Gives(201);
    }

    [Fact]
    public async Task A_later_limit_does_not_decline_a_charge_already_taken()
    {
        await Http.AskAsync("PUT /provider/charges/earlier", """{"amount": 5000}""").Gives(201);
        await Http.AskAsync("DELETE /provider/charges/void-earlier").Gives(200);
        await using var limit = await Http.ProviderAsync(new { declineAbove = 1000 });
        await Http.AskAsync("PUT /provider/charges/earlier", """{"amount": 5000}""").Gives(200);
        await Http.AskAsync("PUT /provider/charges/earlier", """{"amount": 5001}""").Refuses(409);
        await Http.AskAsync("PUT /provider/charges/void-earlier", """{"amount": 5000}""").Refuses(410);
    }

    [Fact]
    public async Task A_charge_is_given_back_once_and_never_taken_again()
    {
        await Http.AskAsync("PUT /provider/charges/back", """{"amount": 700}""").Gives(201);
        for (var i = 0; i < 3; i++)
            await Http.AskAsync("DELETE /provider/charges/back").Gives(200);
        Assert.Equal("givenBack", (await Http.AskAsync("GET /provider/charges/back").Gives(200)).At("state"));
        await Http.AskAsync("PUT /provider/charges/back", """{"amount": 700}""").Refuses(410);
        await Http.AskAsync("PUT /provider/charges/back", """{"amount": 1}""").Refuses(410);
        Assert.Equal(["charge 700", "giveBack 700"], await Http.LedgerAsync("back"));
    }

    [Fact]
    public async Task A_refund_of_an_unknown_charge_voids_it_for_ever()
    {
        await Http.AskAsync("GET /provider/charges/void").Refuses(404);
        await Http.AskAsync("DELETE /provider/charges/void").Gives(200);
        await Http.AskAsync("DELETE /provider/charges/void").Gives(200);
        Assert.Equal("voided", (await Http.AskAsync("GET /provider/charges/void").Gives(200)).At("state"));
        await Http.AskAsync("PUT /provider/charges/void", """{"amount": 700}""").Refuses(410);
        Assert.Empty(await Http.LedgerAsync("void"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"amount": 0}""")]
    [InlineData("""{"amount": 100000001}""")]
    [InlineData("""{"amount": 1.5}""")]
    [InlineData("""{"amount": "much"}""")]
    public async Task An_invalid_amount_of_a_charge_is_400(string body)
    {
        await Http.AskAsync("PUT /provider/charges/malformed", body).Refuses(400, "amount");
        await Http.AskAsync("GET /provider/charges/malformed").Refuses(404);
    }

    [Fact]
    public async Task An_unsupported_method_on_a_charge_is_405()
    {
        var refused = await Http.AskAsync("POST /provider/charges/once", "{}").Refuses(405);
        Assert.Equal(["DELETE", "GET", "HEAD", "PUT"], refused.Header("Allow")!.Split(", ").Order());
        Assert.Equal(405, (await Http.AskAsync("DELETE /provider/ledger")).Status);
    }

    [Fact]
    public async Task The_ledger_is_a_collection_of_all_movements_oldest_first()
    {
        await Http.AskAsync("PUT /provider/charges/first", """{"amount": 10}""").Gives(201);
        await Http.AskAsync("PUT /provider/charges/second", """{"amount": 20}""").Gives(201);
        await Http.AskAsync("DELETE /provider/charges/first").Gives(200);
        var whole = (await Http.AskAsync("GET /provider/ledger?size=100").Gives(200)).Rows("ledger");
        Assert.Equal(whole.Select(m => (long)m["id"]!).Order(), whole.Select(m => (long)m["id"]!));
        var mine = whole.Where(m => (string)m["name"]! is "first" or "second").Select(m => $"{m["name"]} {m["action"]} {m["amount"]}");
        Assert.Equal(["first charge 10", "second charge 20", "first giveBack 10"], mine);
        var ofOne = await Http.AskAsync("GET /provider/ledger?name=first").Gives(200);
        Assert.Equal((2, 2), (ofOne.Rows("ledger").Count, (int)ofOne.Json["page"]!["totalElements"]!));
        var at = DateTimeOffset.Parse((string)ofOne.Rows("ledger")[0]["at"]!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(DateTimeOffset.UtcNow - at, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(5));
        Assert.EndsWith("Z", (string)ofOne.Rows("ledger")[0]["at"]!, StringComparison.Ordinal);
        Assert.Empty((await Http.AskAsync("GET /provider/ledger?name=nobody").Gives(200)).Rows("ledger"));
    }
}
