using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>A rider requests a taxi, reads its status and cancels, over HTTP.</summary>
public sealed class CatchHttpTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private HttpClient Http => taxi.Http;

    [Theory]
    [InlineData("")]
    [InlineData("/taxi")]
    public async Task A_request_is_answered_with_its_address_and_links_once_it_is_paid(string prefix)
    {
        var answer = await Http.AskAsync($"POST {prefix}/catches", TaxiCalls.Order()).Gives(201);
        var id = (long)answer.Json["id"]!;
        var place = new Uri(Http.BaseAddress!, $"{prefix}/catches/{id}").ToString();
        Assert.Equal(place, answer.Header("Location"));
        Assert.StartsWith("application/hal+json", answer.ContentType, StringComparison.Ordinal);
        Assert.Equal(
            Calls.Hal(
                $$"""{"id":{{id}},"price":250000,"startingPoint":"Busan","destination":"Seoul","customer":"Peter","status":"approve"}""",
                "catch",
                place
            ),
            answer.Body
        );
        var read = await Http.AskAsync($"GET {prefix}/catches/{id}").Gives(200);
        Assert.Equal(("approve", place), (read.At("status"), read.At("_links/self/href")));
    }

    [Fact]
    public async Task Cancelling_a_paid_request_again_answers_the_same_and_publishes_nothing()
    {
        var id = await taxi.OfferAsync();
        var cancelled = await Http.CancelAsync(id).Gives(200);
        Assert.Equal("Cancel", cancelled.At("status"));
        var again = await Http.AskAsync($"PATCH /taxi/catches/{id}", """{"status": "Cancel"}""", ("If-Match", "\"99\"")).Gives(200);
        Assert.Equal((cancelled.At("status"), cancelled.Header("ETag")), (again.At("status"), again.Header("ETag")));
        await taxi.Machine.SettledAsync(id);
        Assert.Equal(["charge 250000", "giveBack 250000"], await Http.LedgerAsync($"taxi-{id}"));
    }

    [Fact]
    public async Task A_request_being_paid_can_be_read_but_not_cancelled()
    {
        await using var slow = await Http.ProviderAsync(new { delay = HeldTime.Held });
        var ordered = Http.AskAsync("POST /catches", TaxiCalls.Order());
        var charge = await taxi.Time.NextAsync();
        var id = (long)(await Http.AskAsync("GET /catches?sort=id,desc&size=1").Gives(200)).Rows("catches")[0]["id"]!;
        Assert.Equal("requested", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
        Assert.Equal("requested", (await Http.CancelAsync(id).Refuses(409)).At("detail"));
        await Http.AskAsync($"GET /catchReqLists/{id}").Refuses(404);
        await Http.AskAsync($"GET /myPages/{id}").Refuses(404);
        charge.Elapse();
        await ordered.Gives(201);
        await Http.CancelAsync(id).Gives(200);
    }
}
