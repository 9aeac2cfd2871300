using Xunit;

namespace Mannam.Tests.Taxi.Rest;

public sealed partial class RestConventions
{
    [Theory]
    [InlineData("*/*", "application/hal+json")]
    [InlineData("application/json", "application/json")]
    [InlineData("application/json, application/hal+json;q=0.5", "application/json")]
    [InlineData("application/json, text/plain, */*", "application/json")]
    [InlineData("text/html, */*;q=0.1", "application/hal+json")]
    public async Task Answers_are_hal_json_unless_Accept_prefers_json(string accept, string type) =>
        Assert.Equal(type, (await Http.AskAsync("GET /catches", null, ("Accept", accept)).Gives(200)).ContentType);

    [Fact]
    public async Task An_Accept_of_neither_form_is_406_before_any_effect()
    {
        var before = await Http.OrderAsync();
        await Http.AskAsync("POST /catches", TaxiCalls.Order(), ("Accept", "text/html")).Refuses(406);
        var json = await Http.AskAsync("POST /catches", TaxiCalls.Order(), ("Accept", "application/json")).Gives(201);
        Assert.StartsWith("application/json", json.ContentType, StringComparison.Ordinal);
        Assert.Equal(before + 1, (long)json.Json["id"]!);
    }

    [Fact]
    public async Task An_item_has_all_its_fields_and_links_to_itself_by_both_names()
    {
        var id = await taxi.OfferAsync();
        var fields =
            $$"""{"id":{{id}},"price":250000,"startingPoint":"Busan","destination":"Seoul","status":"PaymentApproved","customer":"Peter","driver":null}""";
        var page = await Http.AskAsync($"GET /myPages/{id}").Gives(200);
        Assert.Equal(Calls.Hal(fields, "myPage", $"{Http.BaseAddress}myPages/{id}"), page.Body);
        foreach (
            var (place, entity) in ((string, string)[])[("catches", "catch"), ("payments", "payment"), ("catchReqLists", "catchReqList")]
        )
            Assert.NotNull((await Http.AskAsync($"GET /{place}/{id}").Gives(200)).At($"_links/{entity}/href"));
    }

    [Fact]
    public async Task Hrefs_are_absolute_keep_the_prefix_and_honour_X_Forwarded_of_trusted_proxies()
    {
        var id = await Http.OrderAsync();
        async Task<string?> SelfAsync(string path, params (string, string)[] headers) =>
            (await Http.AskAsync($"GET {path}", null, headers).Gives(200)).At("_links/self/href");

        Assert.Equal($"{Http.BaseAddress}catches/{id}", await SelfAsync($"/catches/{id}"));
        Assert.Equal($"{Http.BaseAddress}taxi/catches/{id}", await SelfAsync($"/taxi/catches/{id}"));
        Assert.Equal(
            $"https://mannam.example/kr/taxi/catches/{id}",
            await SelfAsync(
                $"/taxi/catches/{id}",
                ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-Host", "mannam.example"),
                ("X-Forwarded-Prefix", "/kr")
            )
        );
        Assert.Equal(
            $"{Http.BaseAddress}catches/{id}",
            await SelfAsync($"/catches/{id}", ("X-Forwarded-Proto", "javascript"), ("X-Forwarded-Prefix", "//evil.example"))
        );
        Assert.Equal(
            $"https://mannam.example/kr/catches/{id}",
            await SelfAsync(
                $"/catches/{id}",
                ("X-Forwarded-For", "198.51.100.7, 127.0.0.2"),
                ("X-Forwarded-Proto", "https, http"),
                ("X-Forwarded-Host", "mannam.example, inner:8080"),
                ("X-Forwarded-Prefix", "/kr")
            )
        );
    }

    [Fact]
    public async Task An_empty_collection_has_its_key_and_zero_pages()
    {
        var empty = await Http.AskAsync("GET /myPages?customer=nobody").Gives(200);
        Assert.Equal("""{"myPages":[]}""", empty.Json["_embedded"]!.ToJsonString());
        Assert.Equal("""{"size":20,"totalElements":0,"totalPages":0,"number":0}""", empty.Json["page"]!.ToJsonString());
        foreach (var noText in (string[])["%00", "%FF", "%ED%A0%80", "%C0%80"])
            await Http.AskAsync($"GET /myPages?customer={noText}").Refuses(400, "customer");
        await Http.AskAsync("GET /myPages?PAGE=x&Customer=%FF").Gives(200);
    }

    [Fact]
    public async Task Filters_select_rows_and_the_page_links_keep_the_filters()
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
    public async Task Lists_are_ordered_by_id_or_correlation_key_and_sorted_as_requested(string collection)
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
        await Http.AskAsync($"GET /{collection}?size=0").Refuses(400, "size");
        await Http.AskAsync($"GET /{collection}?size=101").Refuses(400, "size");
        await Http.AskAsync($"GET /{collection}?page=x&size=y").Refuses(400, "page", "size");
        await Http.AskAsync($"GET /{collection}?sort=customer").Refuses(400, "sort");
    }

    [Fact]
    public async Task The_page_size_of_a_list_in_one_answer_is_its_number_of_rows()
    {
        await taxi.OfferAsync();
        var all = await Http.AskAsync("GET /catchReqLists").Gives(200);
        Assert.Equal(all.Rows("catchReqLists").Count, (int)all.Json["page"]!["size"]!);
    }
}
