using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>The views of Taxi: payments and the riders' pages.</summary>
public sealed class ViewsHttpTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private HttpClient Http => taxi.Http;

    [Theory]
    [InlineData("")]
    [InlineData("/taxi")]
    public async Task A_payment_shows_all_its_fields(string prefix)
    {
        var id = await taxi.OfferAsync();
        var place = new Uri(Http.BaseAddress!, $"{prefix}/payments/{id}").ToString();
        var payment = await Http.AskAsync($"GET {prefix}/payments/{id}").Gives(200);
        Assert.Equal(
            Calls.Hal(
                $$"""{"matchId":{{id}},"price":250000,"paymentAction":"Approved","customer":"Peter","startingPoint":"Busan","destination":"Seoul"}""",
                "payment",
                place
            ),
            payment.Body
        );
        Assert.NotNull(payment.Header("ETag"));
        await Http.CancelAsync(id).Gives(200);
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("Cancel", (await Http.AskAsync($"GET {prefix}/payments/{id}").Gives(200)).At("paymentAction"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/taxi")]
    public async Task My_page_shows_all_fields_of_a_request_with_null_for_missing_ones(string prefix)
    {
        var id = await taxi.OfferAsync();
        var place = new Uri(Http.BaseAddress!, $"{prefix}/myPages/{id}").ToString();
        Assert.Equal(
            Calls.Hal(
                $$"""{"id":{{id}},"price":250000,"startingPoint":"Busan","destination":"Seoul","status":"PaymentApproved","customer":"Peter","driver":null}""",
                "myPage",
                place
            ),
            (await Http.AskAsync($"GET {prefix}/myPages/{id}").Gives(200)).Body
        );
    }
}
