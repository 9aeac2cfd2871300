using System.Text.Json.Nodes;
using Xunit;

namespace Mannam.Tests.Chassis.Http;

public sealed class CollectionTests(OfferShop shop) : IClassFixture<OfferShop>
{
    [Fact]
    public async Task An_empty_collection_has_its_embedded_key_and_no_pages()
    {
        await shop.HoldAsync();
        var answer = await shop.App.SendAsync("GET", "/offers");
        Assert.Equal("[]", answer.At("_embedded/offers"));
        Assert.Equal("""{"size":20,"totalElements":0,"totalPages":0,"number":0}""", answer.Json["page"]!.ToJsonString());
        Assert.Equal(["self", "first", "last"], Links(answer).Select(link => link.Key));
    }

    [Fact]
    public async Task Page_links_lead_through_the_filtered_rows()
    {
        await shop.HoldAsync([.. Enumerable.Range(1, 45).Select(id => new Offer { Id = id, Name = id % 9 == 0 ? "b" : "a & 강" })]);
        var seen = new List<long>();
        string? next = "/offers?name=a%20%26%20%EA%B0%95&size=15&unknown=1";
        while (next is not null)
        {
            var answer = await shop.App.SendAsync("GET", next);
            Assert.Equal(("40", "3"), (answer.At("page/totalElements"), answer.At("page/totalPages")));
            seen.AddRange(answer.Json["_embedded"]!["offers"]!.AsArray().Select(row => (long)row!["id"]!));
            next = answer.At("_links/next/href");
            Assert.Equal(seen.Count > 15, Links(answer).ContainsKey("prev"));
        }
        Assert.Equal(Enumerable.Range(1, 45).Where(id => id % 9 != 0).Select(id => (long)id), seen);
    }

    [Fact]
    public async Task A_filter_by_id_finds_the_rows_with_that_id()
    {
        await shop.HoldAsync(new Offer { Id = 1, Buyer = 10 }, new Offer { Id = 2, Buyer = 11 });
        var answer = await shop.App.SendAsync("GET", "/offers?buyer=11");
        Assert.Equal(("2", "1"), (answer.At("_embedded/offers/0/id"), answer.At("page/totalElements")));
    }

    [Theory]
    [InlineData("PAGE=x")]
    [InlineData("Size=0")]
    [InlineData("NAME=nobody")]
    [InlineData("Name=%FF")]
    [InlineData("unknown=%FF&%FF=1&=&&")]
    public async Task Parameters_of_another_name_or_case_are_ignored(string query)
    {
        await shop.HoldAsync(new Offer { Id = 1, Name = "a" });
        Assert.Equal("1", (await shop.App.SendAsync("GET", $"/offers?{query}")).At("page/totalElements"));
    }

    [Theory]
    [InlineData("%FF")]
    [InlineData("a%C3%28")]
    [InlineData("%ED%A0%80")]
    [InlineData("%C0%80")]
    [InlineData("%F8%88%80%80%80")]
    [InlineData("%F4%90%80%80")]
    [InlineData("%00")]
    public async Task A_filter_that_is_not_valid_text_is_400(string value)
    {
        var answer = await shop.App.SendAsync("GET", $"/offers?name={value}");
        Assert.Equal((400, true), (answer.Status, answer.At("errors/name") is not null));
    }

    [Theory]
    [InlineData("%EF%BF%BD", "\uFFFD")]
    [InlineData("100%", "100%")]
    [InlineData("a+b%2Bc", "a b+c")]
    [InlineData("%F0%9F%9A%95%ea%b0%80", "🚕가")]
    [InlineData("x&name=last", "last")]
    public async Task A_filter_is_decoded_like_a_form_field(string value, string name)
    {
        await shop.HoldAsync(new Offer { Id = 1, Name = name });
        Assert.Equal("1", (await shop.App.SendAsync("GET", $"/offers?name={value}")).At("page/totalElements"));
    }

    [Theory]
    [InlineData("sort=price", "1,2,3")]
    [InlineData("sort=price,desc", "3,1,2")]
    [InlineData("sort=id,desc", "3,2,1")]
    [InlineData("sort=id,ASC&page=0", "1,2,3")]
    public async Task Rows_are_sorted_as_requested_and_equal_rows_by_id(string query, string expected)
    {
        await shop.HoldAsync(new Offer { Id = 2, Price = 5 }, new Offer { Id = 1, Price = 5 }, new Offer { Id = 3, Price = 9 });
        var answer = await shop.App.SendAsync("GET", $"/offers?{query}");
        Assert.Equal(expected, string.Join(',', answer.Json["_embedded"]!["offers"]!.AsArray().Select(row => (long)row!["id"]!)));
    }

    [Theory]
    [InlineData("page=-1", "page")]
    [InlineData("page=x", "page")]
    [InlineData("page=", "page")]
    [InlineData("size=0", "size")]
    [InlineData("size=101", "size")]
    [InlineData("size=ten", "size")]
    [InlineData("sort=note", "sort")]
    [InlineData("sort=price,down", "sort")]
    [InlineData("sort=", "sort")]
    [InlineData("buyer=x", "buyer")]
    [InlineData("name=a%00b", "name")]
    public async Task A_wrong_query_parameter_is_400_and_named(string query, string name)
    {
        var answer = await shop.App.SendAsync("GET", $"/offers?{query}");
        Assert.Equal(400, answer.Status);
        Assert.StartsWith(name, answer.At($"errors/{name}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("page=7")]
    [InlineData("page=999999999")]
    [InlineData("page=999999999999999999")]
    public async Task A_page_beyond_the_end_is_empty_and_links_back(string query)
    {
        await shop.HoldAsync(new Offer { Id = 1 });
        var answer = await shop.App.SendAsync("GET", $"/offers?{query}");
        Assert.Equal((200, "[]", "1"), (answer.Status, answer.At("_embedded/offers"), answer.At("page/totalElements")));
        Assert.EndsWith("?page=0&size=20", answer.At("_links/prev/href"), StringComparison.Ordinal);
        Assert.False(Links(answer).ContainsKey("next"));
    }

    [Fact]
    public async Task All_rows_come_in_one_answer_unless_a_page_is_requested()
    {
        await shop.HoldAsync([.. Enumerable.Range(1, 130).Select(id => new Offer { Id = id })]);
        var whole = await shop.App.SendAsync("GET", "/shop/offerLists");
        Assert.Equal(130, whole.Json["_embedded"]!["offerLists"]!.AsArray().Count);
        Assert.Equal("""{"size":130,"totalElements":130,"totalPages":1,"number":0}""", whole.Json["page"]!.ToJsonString());
        var page = await shop.App.SendAsync("GET", "/shop/offerLists?page=6");
        Assert.Equal(10, page.Json["_embedded"]!["offerLists"]!.AsArray().Count);
        Assert.Equal("7", page.At("page/totalPages"));
    }

    private static JsonObject Links(Answer answer) => answer.Json["_links"]!.AsObject();
}
