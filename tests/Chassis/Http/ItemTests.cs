using Xunit;

namespace Mannam.Tests.Chassis.Http;

public sealed class ItemTests(OfferShop shop) : IClassFixture<OfferShop>
{
    [Fact]
    public async Task An_item_has_its_fields_in_order_its_links_and_its_ETag()
    {
        await shop.HoldAsync(
            new Offer
            {
                Id = 3,
                Name = "강남 🚕 <b>",
                Price = 250000,
                Version = 4,
            }
        );
        var answer = await shop.App.SendAsync("GET", "/offers/3");
        var root = shop.App.Client.BaseAddress;
        Assert.Equal((200, "application/hal+json", "\"4\""), (answer.Status, answer.ContentType, answer.Header("ETag")));
        Assert.Equal(["id", "name", "note", "price", "buyer", "_links"], answer.Json.AsObject().Select(field => field.Key));
        Assert.Contains("\"name\":\"강남", answer.Body, StringComparison.Ordinal);
        Assert.Contains("\"note\":null", answer.Body, StringComparison.Ordinal);
        Assert.Equal("강남 🚕 <b>", answer.At("name"));
        Assert.Equal($"{root}offers/3", answer.At("_links/self/href"));
        Assert.Equal($"{root}offers/3", answer.At("_links/offer/href"));
    }

    [Theory]
    [InlineData("/offers/4")]
    [InlineData("/offers/0")]
    [InlineData("/offers/-3")]
    [InlineData("/offers/x")]
    [InlineData("/offers/3.0")]
    [InlineData("/offers/99999999999999999999")]
    [InlineData("/offers/5")]
    public async Task An_unknown_item_a_hidden_item_and_a_malformed_id_are_404(string path)
    {
        await shop.HoldAsync(new Offer { Id = 3 }, new Offer { Id = 5, Hidden = true });
        Assert.Equal(404, (await shop.App.SendAsync("GET", path)).Status);
    }

    [Fact]
    public async Task HEAD_answers_as_GET_without_a_body()
    {
        await shop.HoldAsync(new Offer { Id = 3, Version = 1 });
        foreach (var path in new[] { "/offers", "/offers/3" })
        {
            var get = await shop.App.SendAsync("GET", path);
            var head = await shop.App.SendAsync("HEAD", path);
            Assert.Equal((200, ""), (head.Status, head.Body));
            Assert.Equal(get.Header("Content-Length"), head.Header("Content-Length"));
            Assert.Equal(get.Header("ETag"), head.Header("ETag"));
        }
    }

    [Theory]
    [InlineData("\"2\"", 304)]
    [InlineData("W/\"2\"", 304)]
    [InlineData("\"1\", \"2\"", 304)]
    [InlineData("*", 304)]
    [InlineData("\"1\"", 200)]
    public async Task If_None_Match_answers_304_for_the_version_that_the_client_has(string tags, int status)
    {
        await shop.HoldAsync(new Offer { Id = 3, Version = 2 });
        var answer = await shop.App.SendAsync("GET", "/offers/3", headers: ("If-None-Match", tags));
        Assert.Equal((status, "\"2\""), (answer.Status, answer.Header("ETag")));
    }

    [Theory]
    [InlineData(null, 200)]
    [InlineData("\"2\"", 200)]
    [InlineData("\"1\",\"2\"", 200)]
    [InlineData("*", 200)]
    [InlineData("\"1\"", 412)]
    [InlineData("W/\"2\"", 412)]
    [InlineData("2", 412)]
    public async Task If_Match_permits_a_change_of_the_named_version_only(string? tags, int status)
    {
        (string, string)[] headers = tags is null ? [] : [("If-Match", tags)];
        Assert.Equal(status, (await shop.App.SendAsync("PATCH", "/offers/3", "{}", headers: headers)).Status);
    }

    [Theory]
    [InlineData("application/json", "application/json")]
    [InlineData("application/json, */*;q=0.5", "application/json")]
    [InlineData("*/*", "application/hal+json")]
    [InlineData("application/*", "application/hal+json")]
    [InlineData("application/json;q=0.5, application/hal+json;q=0.4", "application/json")]
    [InlineData("application/json, application/hal+json", "application/hal+json")]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0.8", "application/hal+json")]
    [InlineData("application/hal+json;q=0, */*", "application/json")]
    [InlineData("application/json, text/plain, */*", "application/json")]
    [InlineData("application/json;q=0.1, */*", "application/json")]
    [InlineData("*/*, APPLICATION/JSON; charset=utf-8", "application/json")]
    [InlineData("application/json;q=0, */*", "application/hal+json")]
    [InlineData("application/json;q=0.4, application/hal+json;q=0.5", "application/hal+json")]
    [InlineData("application/json, application/hal+json;q=0", "application/json")]
    [InlineData("application/hal+json;q=0.1, */*", "application/json")]
    [InlineData(";;,garbage", "application/hal+json")]
    public async Task Answers_are_HAL_unless_Accept_names_JSON_alone_or_prefers_it(string accept, string expected) =>
        Assert.Equal(expected, (await shop.App.SendAsync("GET", "/offers", headers: ("Accept", accept))).ContentType);

    [Fact]
    public async Task A_created_resource_is_answered_with_201_its_address_and_its_ETag()
    {
        var answer = await shop.App.SendAsync("POST", "/offers");
        Assert.Equal((201, "\"1\""), (answer.Status, answer.Header("ETag")));
        Assert.Equal($"{shop.App.Client.BaseAddress}offers/7", answer.Header("Location"));
        Assert.Equal(answer.Header("Location"), answer.At("_links/self/href"));
    }

    [Fact]
    public async Task Hrefs_keep_the_host_and_prefix_of_the_request()
    {
        await shop.HoldAsync(new Offer { Id = 3 });
        foreach (var host in new[] { "a.example", "b.example:8080", "a.example" })
        {
            var answer = await shop.App.SendAsync("GET", "/offers/3", headers: ("Host", host));
            Assert.Equal($"http://{host}/offers/3", answer.At("_links/self/href"));
            var list = await shop.App.SendAsync("GET", "/taxi//offers?size=1", headers: ("Host", host));
            Assert.Equal($"http://{host}/taxi/offers/3", list.At("_embedded/offers/0/_links/self/href"));
            Assert.Equal($"http://{host}/taxi/offers?page=0&size=1", list.At("_links/self/href"));
        }
    }
}
