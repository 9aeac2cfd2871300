using Mannam.Tests.Chassis.Http;
using Xunit;

namespace Mannam.Tests.Payments;

/// <summary>A payment is approved once per key. The tests call payment directly, as catch does, not through the front door.</summary>
public sealed class ApprovalsTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    // Far above the ids that catch assigns.
    private static long last = 1_000_000;
    private readonly long key = Interlocked.Increment(ref last);

    private HttpClient Http => taxi.Http;

    private async Task<Answer> ApproveAsync(long? of = null, object? price = null, string customer = "Peter")
    {
        using var inside = taxi.Inside("taxi.payment");
        return await inside.AskAsync(
            "POST /payments",
            new
            {
                matchId = of ?? key,
                price = price ?? 250000,
                customer,
                startingPoint = "Busan",
                destination = "Seoul",
                paymentAction = "Approved",
            }
        );
    }

    private Task<string[]> Ledger(long? of = null) => Http.LedgerAsync($"taxi-{of ?? key}");

    [Fact]
    public async Task A_payment_is_approved_once_and_a_repetition_gets_the_same_payment()
    {
        var first = await ApproveAsync().Gives(201);
        Assert.Equal(("Approved", "250000", "Peter"), (first.At("paymentAction"), first.At("price"), first.At("customer")));
        Assert.EndsWith($"/payments/{key}", first.Header("Location"), StringComparison.Ordinal);
        var again = await ApproveAsync(customer: "Paul").Gives(200);
        Assert.Equal(first.Body, again.Body);
        Assert.Equal(["charge 250000"], await Ledger());
    }

    [Fact]
    public async Task A_payment_with_another_price_is_refused_and_moves_no_money()
    {
        await ApproveAsync().Gives(201);
        await ApproveAsync(price: 250001).Refuses(409);
        Assert.Equal(["charge 250000"], await Ledger());
    }

    [Fact]
    public async Task A_decline_has_a_reason_and_stores_nothing()
    {
        await using (await Http.ProviderAsync(new { declineAbove = 1000 }))
        {
            var declined = await ApproveAsync().Refuses(402);
            Assert.NotEmpty(declined.At("reason")!);
            await Http.AskAsync($"GET /payments/{key}").Refuses(404);
        }
        Assert.Empty(await Ledger());
        await ApproveAsync().Gives(201);
    }

    [Fact]
    public async Task A_request_during_a_payment_attempt_joins_the_attempt()
    {
        await using var slow = await Http.ProviderAsync(new { delay = HeldTime.Held });
        var first = ApproveAsync();
        var charge = await taxi.Time.NextAsync();
        var others = Enumerable.Range(0, 5).Select(_ => ApproveAsync()).ToList();
        await ApproveAsync(price: 5).Refuses(409);
        charge.Elapse();
        var answers = await Task.WhenAll(others.Prepend(first));
        Assert.All(answers, a => Assert.Contains(a.Status, new[] { 200, 201 }));
        Assert.Single(answers.Select(a => a.Body).Distinct());
        Assert.False(taxi.Time.HasMore, "the provider was asked more than once");
        Assert.Equal(["charge 250000"], await Ledger());
    }

    [Fact]
    public async Task Fifty_concurrent_approvals_make_one_charge_and_all_get_it()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ApproveAsync()));
        Assert.All(answers, a => Assert.Contains(a.Status, new[] { 200, 201 }));
        Assert.Single(answers.Select(a => a.Body).Distinct());
        Assert.Equal(["charge 250000"], await Ledger());
    }

    [Fact]
    public async Task Payment_repeats_a_charge_until_the_provider_answers_again()
    {
        await taxi.Machine.StopAsync("provider");
        var waiting = ApproveAsync();
        await taxi.StartAsync("provider");
        await waiting.Gives(201);
        Assert.Equal(["charge 250000"], await Ledger());
    }

    [Fact]
    public async Task An_approval_after_its_cancellation_is_refused_and_takes_no_money()
    {
        await taxi.Machine.StopAsync("taxi.payment");
        var id = (await Http.AskAsync("POST /catches", TaxiCalls.Order()).Refuses(503)).Recorded();
        await taxi.StartAsync("taxi.payment");
        await taxi.Machine.SettledAsync(id);
        await ApproveAsync(id).Refuses(409);
        Assert.Empty(await Ledger(id));
        await Http.AskAsync($"GET /payments/{id}").Refuses(404);
    }

    [Fact]
    public async Task A_payment_that_was_given_back_is_not_approved_again()
    {
        var id = await taxi.OfferAsync();
        await Http.CancelAsync(id).Gives(200);
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("Cancel", (await ApproveAsync(id).Refuses(409)).At("detail"));
        Assert.Equal(["charge 250000", "giveBack 250000"], await Ledger(id));
    }

    [Theory]
    [InlineData("""{}""", "matchId", "price", "customer", "startingPoint", "destination")]
    [InlineData("""{"matchId": 0, "price": 1, "customer": "a", "startingPoint": "b", "destination": "c"}""", "matchId")]
    public async Task Malformed_fields_of_a_payment_request_are_named(string body, params string[] fields)
    {
        using var inside = taxi.Inside("taxi.payment");
        await inside.AskAsync("POST /payments", body).Refuses(400, fields);
    }
}
