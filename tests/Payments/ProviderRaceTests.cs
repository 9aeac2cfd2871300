using Mannam.Tests.Chassis.Http;
using Xunit;

namespace Mannam.Tests.Payments;

/// <summary>Concurrent requests for one charge: the ledger and the state agree.</summary>
public sealed class ProviderRaceTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private HttpClient Http => taxi.Http;

    private Task<Answer[]> AtOnceAsync(int times, Func<int, string> call) =>
        Task.WhenAll(Enumerable.Range(0, times).Select(i => Http.AskAsync(call(i), """{"amount": 700}""")));

    [Fact]
    public async Task Fifty_requests_for_one_charge_take_it_once()
    {
        var answers = await AtOnceAsync(50, _ => "PUT /provider/charges/fifty");
        Assert.Equal([.. Enumerable.Repeat(200, 49), 201], answers.Select(a => a.Status).Order());
        Assert.Equal(["charge 700"], await Http.LedgerAsync("fifty"));
    }

    [Fact]
    public async Task One_of_fifty_requests_with_different_amounts_takes_its_amount()
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(1, 50).Select(i => Http.AskAsync("PUT /provider/charges/amounts", new { amount = i }))
        );
        var taken = Assert.Single(answers, a => a.Status == 201);
        Assert.Equal(49, answers.Count(a => a.Status == 409));
        Assert.Equal([$"charge {taken.At("amount")}"], await Http.LedgerAsync("amounts"));
    }

    [Fact]
    public async Task Fifty_concurrent_refunds_of_a_charge_move_the_money_once()
    {
        await Http.AskAsync("PUT /provider/charges/backs", """{"amount": 700}""").Gives(201);
        Assert.All(await AtOnceAsync(50, _ => "DELETE /provider/charges/backs"), a => Assert.Equal(200, a.Status));
        Assert.Equal(["charge 700", "giveBack 700"], await Http.LedgerAsync("backs"));
    }

    [Fact]
    public async Task Racing_charges_and_refunds_leave_nobody_charged()
    {
        for (var round = 0; round < 20; round++)
        {
            var name = $"race-{round}";
            var answers = await AtOnceAsync(6, i => $"{(i % 2 == 0 ? "PUT" : "DELETE")} /provider/charges/{name}");
            Assert.All(answers.Where((_, i) => i % 2 == 0), a => Assert.Contains(a.Status, new[] { 200, 201, 410 }));
            Assert.All(answers.Where((_, i) => i % 2 == 1), a => Assert.Equal(200, a.Status));
            var charged = answers.Any(a => a.Status == 201);
            var state = (await Http.AskAsync($"GET /provider/charges/{name}").Gives(200)).At("state");
            Assert.Equal(charged ? "givenBack" : "voided", state);
            Assert.Equal(charged ? ["charge 700", "giveBack 700"] : [], await Http.LedgerAsync(name));
        }
    }
}
