using Mannam.Tests.Scenarios;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>Requests that are not paid, because payment declines or is stopped. Drivers never see them, they cost nothing and stay readable.</summary>
public sealed class NotPaidHttpTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>
{
    private HttpClient Http => taxi.Http;

    private async Task EndsCancelledAsync(long id)
    {
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("Cancel", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
        Assert.Equal("Cancel", (await Http.CancelAsync(id).Gives(200)).At("status"));
        foreach (var place in new[] { "payments", "catchReqLists", "myPages", "pickUps" })
            await Http.AskAsync($"GET /{place}/{id}").Refuses(404);
        await Http.TakeAsync(id, "Speedmate").Gives(404);
        Assert.Empty(await Http.LedgerAsync($"taxi-{id}"));
        await TaxiAgreement.CheckAsync(Http, id);
        Assert.Equal(["CatchRequested", "CatchCancelled"], (await EventLog.OfAsync(postgres, taxi, id)).Select(e => e.Type));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/taxi")]
    public async Task A_declined_request_gives_the_reason_and_its_address(string prefix)
    {
        await using (await Http.ProviderAsync(new { declineAbove = 1000 }))
        {
            var declined = await Http.AskAsync($"POST {prefix}/catches", TaxiCalls.Order(price: 1001)).Refuses(402);
            Assert.NotEmpty(declined.At("reason")!);
            var id = declined.Recorded();
            Assert.Equal(new Uri(Http.BaseAddress!, $"{prefix}/catches/{id}").ToString(), declined.Header("Location"));
            Assert.Equal("Cancel", (await Http.AskAsync($"GET {prefix}/catches/{id}").Gives(200)).At("status"));
            await EndsCancelledAsync(id);
            Assert.Equal(id + 1, await Http.OrderAsync(1000));
        }
    }

    [Fact]
    public async Task Requests_fail_while_payment_is_stopped_and_succeed_afterwards()
    {
        await taxi.Machine.StopAsync("taxi.payment");
        var failed = await Http.AskAsync("POST /taxi/catches", TaxiCalls.Order()).Refuses(503);
        var id = failed.Recorded();
        Assert.Equal(new Uri(Http.BaseAddress!, $"taxi/catches/{id}").ToString(), failed.Header("Location"));
        Assert.True(int.Parse(failed.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture) >= 1);
        Assert.Equal("Cancel", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
        var gone = await Http.AskAsync($"GET /payments/{id}").Refuses(503);
        Assert.NotNull(gone.Header("Retry-After"));
        await Http.AskAsync($"GET /myPages/{id}").Refuses(404);
        Assert.Empty(await Http.LedgerAsync($"taxi-{id}"));

        await taxi.StartAsync("taxi.payment");
        await EndsCancelledAsync(id);
        var next = await taxi.OfferAsync();
        await TaxiAgreement.CheckAsync(Http, next);
        Assert.Equal(["charge 250000"], await Http.LedgerAsync($"taxi-{next}"));
    }

    [Fact]
    public async Task A_paid_request_can_be_cancelled_while_the_provider_is_stopped()
    {
        var id = await taxi.OfferAsync();
        await taxi.Machine.StopAsync("provider");
        await Http.CancelAsync(id).Gives(200);
        await taxi.StartAsync("provider");
        await taxi.Machine.SettledAsync(id);
        Assert.Equal(["charge 250000", "giveBack 250000"], await Http.LedgerAsync($"taxi-{id}"));
        await TaxiAgreement.CheckAsync(Http, id);
    }
}
