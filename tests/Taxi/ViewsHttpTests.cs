using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>What is read of Taxi: payments, the rider's pages, and the form of collections.</summary>
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
    public async Task Nobody_outside_makes_a_payment(string prefix)
    {
        var refused = await Http.AskAsync($"POST {prefix}/payments", """{"matchId": 1, "price": 5}""").Refuses(405);
        Assert.Equal(["GET", "HEAD"], refused.Header("Allow")!.Split(", ").Order());
        Assert.Equal(405, (await Http.AskAsync($"DELETE {prefix}/payments/1")).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/taxi")]
    public async Task A_page_shows_where_a_request_stands_with_null_for_what_it_has_not(string prefix)
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

    [Fact]
    public async Task A_rider_finds_their_own_pages_and_a_link_to_more_keeps_the_filter()
    {
        foreach (var customer in new[] { "김철수", "Somebody", "김철수", "김철수" })
            await taxi.OfferAsync(customer: customer);
        var name = Uri.EscapeDataString("김철수");
        var mine = await Http.AskAsync($"GET /taxi/myPages?customer={name}").Gives(200);
        Assert.Equal(3, mine.Rows("myPages").Count);
        Assert.All(mine.Rows("myPages"), row => Assert.Equal("김철수", (string)row["customer"]!));
        Assert.Equal(mine.Rows("myPages").Select(r => (long)r["id"]!).Order(), mine.Rows("myPages").Select(r => (long)r["id"]!));
        var middle = await Http.AskAsync($"GET /taxi/myPages?customer={name}&size=1&page=1").Gives(200);
        Assert.Equal("""{"size":1,"totalElements":3,"totalPages":3,"number":1}""", middle.Json["page"]!.ToJsonString());
        Assert.Equal(["self", "first", "prev", "next", "last"], middle.Json["_links"]!.AsObject().Select(l => l.Key));
        var next = new Uri(middle.At("_links/next/href")!);
        Assert.StartsWith(Http.BaseAddress + $"taxi/myPages?customer={name}&", next.AbsoluteUri, StringComparison.Ordinal);
        var last = await Http.AskAsync($"GET {next.PathAndQuery}").Gives(200);
        Assert.Equal((string)mine.Rows("myPages")[2]["_links"]!["self"]!["href"]!, last.At("_embedded/myPages/0/_links/self/href"));
        Assert.Null(last.Json["_links"]!["next"]);
        Assert.Null((await Http.AskAsync($"GET /myPages?customer={name}&size=1").Gives(200)).Json["_links"]!["prev"]);
    }

    [Theory]
    [InlineData("catches")]
    [InlineData("payments")]
    [InlineData("pickUps")]
    [InlineData("catchReqLists")]
    [InlineData("myPages")]
    public async Task Every_collection_is_sorted_by_its_key_paged_and_read_with_HEAD(string collection)
    {
        for (var i = 0; i < 2; i++)
        {
            await taxi.OfferAsync();
            await Http.TakeAsync(await taxi.OfferAsync(), "Speedmate").Gives(201);
        }
        var key = collection is "payments" or "pickUps" ? "matchId" : "id";
        var up = (await Http.AskAsync($"GET /{collection}?size=100").Gives(200)).Rows(collection).Select(r => (long)r[key]!).ToList();
        Assert.Equal(up.Order(), up);
        Assert.True(up.Count >= 2);
        var down = await Http.AskAsync($"GET /{collection}?size=100&sort={key},desc").Gives(200);
        Assert.Equal(up.OrderDescending(), down.Rows(collection).Select(r => (long)r[key]!));
        Assert.Equal("", (await Http.AskAsync($"HEAD /{collection}").Gives(200)).Body);
        Assert.Equal("", (await Http.AskAsync($"HEAD /{collection}/{up[0]}").Gives(200)).Body);
        await Http.AskAsync($"GET /{collection}?size=0").Refuses(400, "size");
        await Http.AskAsync($"GET /{collection}?size=101").Refuses(400, "size");
        await Http.AskAsync($"GET /{collection}?page=x&size=y").Refuses(400, "page", "size");
        await Http.AskAsync($"GET /{collection}?sort=customer").Refuses(400, "sort");
        await Http.AskAsync($"GET /{collection}?colour=red").Gives(200);
        await Http.AskAsync($"PUT /{collection}").Refuses(405);
    }

    [Theory]
    [InlineData("myPages")]
    [InlineData("catchReqLists")]
    public async Task A_view_is_only_read(string view)
    {
        var refused = await Http.AskAsync($"POST /{view}", "{}").Refuses(405);
        Assert.Equal(["GET", "HEAD"], refused.Header("Allow")!.Split(", ").Order());
    }

    [Fact]
    public async Task A_filter_that_no_row_can_match_is_no_fault_of_ours()
    {
        Assert.Empty((await Http.AskAsync("GET /myPages?customer=nobody").Gives(200)).Rows("myPages"));
        Assert.True((await Http.AskAsync("GET /myPages?customer=%00")).Status is 200 or 400);
        Assert.True((await Http.AskAsync("GET /myPages?customer=")).Status is 200 or 400);
    }
}
