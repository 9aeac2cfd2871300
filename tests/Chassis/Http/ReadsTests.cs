using System.Text.Json.Nodes;
using Mannam.Chassis.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mannam.Tests.Chassis.Http;

public sealed class ReadsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private TestApp _app = null!;
    private string _database = "";

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _app = await TestApp.StartAsync(
            app =>
            {
                app.MapReads<OfferDb, Offer, OfferView>(OfferDb.Paged);
                app.MapReads<OfferDb, Offer, OfferView>(OfferDb.Whole);
                app.MapPost(
                        "/offers",
                        () =>
                            OfferDb.Paged.Created(
                                new Offer
                                {
                                    Id = 7,
                                    Name = "새",
                                    Version = 1,
                                }
                            )
                    )
                    .Takes<OfferRequest>()
                    .Answers<OfferView>(201, 400, 402);
                app.MapPatch("/offers/{id:id}", (long id, HttpContext http) => Patched(id, http));
            },
            services => services.AddPooledDbContextFactory<OfferDb>(options => options.UseNpgsql(_database)),
            before: app => app.UsePathBase("/taxi")
        );
        await using var db = Open();
        await db.Database.EnsureCreatedAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task An_item_has_its_fields_in_order_its_links_and_its_ETag()
    {
        await AddAsync(
            new Offer
            {
                Id = 3,
                Name = "강남 🚕 <b>",
                Price = 250000,
                Version = 4,
            }
        );
        var answer = await _app.SendAsync("GET", "/offers/3");
        var root = _app.Client.BaseAddress;
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
    public async Task An_unknown_or_hidden_item_and_an_id_that_is_no_number_are_404(string path)
    {
        await AddAsync(new Offer { Id = 3 }, new Offer { Id = 5, Hidden = true });
        Assert.Equal(404, (await _app.SendAsync("GET", path)).Status);
    }

    [Fact]
    public async Task HEAD_answers_as_GET_without_a_body()
    {
        await AddAsync(new Offer { Id = 3, Version = 1 });
        foreach (var path in new[] { "/offers", "/offers/3" })
        {
            var get = await _app.SendAsync("GET", path);
            var head = await _app.SendAsync("HEAD", path);
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
        await AddAsync(new Offer { Id = 3, Version = 2 });
        var answer = await _app.SendAsync("GET", "/offers/3", headers: ("If-None-Match", tags));
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
    public async Task If_Match_lets_only_the_named_version_be_changed(string? tags, int status)
    {
        (string, string)[] headers = tags is null ? [] : [("If-Match", tags)];
        Assert.Equal(status, (await _app.SendAsync("PATCH", "/offers/3", "{}", headers: headers)).Status);
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
    [InlineData(";;,garbage", "application/hal+json")]
    public async Task Answers_are_HAL_unless_Accept_prefers_JSON(string accept, string expected) =>
        Assert.Equal(expected, (await _app.SendAsync("GET", "/offers", headers: ("Accept", accept))).ContentType);

    [Fact]
    public async Task An_empty_collection_has_its_embedded_key_and_no_pages()
    {
        var answer = await _app.SendAsync("GET", "/offers");
        Assert.Equal("[]", answer.At("_embedded/offers"));
        Assert.Equal("""{"size":20,"totalElements":0,"totalPages":0,"number":0}""", answer.Json["page"]!.ToJsonString());
        Assert.Equal(["self", "first", "last"], Links(answer).Select(link => link.Key));
    }

    [Fact]
    public async Task Page_links_lead_through_the_filtered_rows()
    {
        await AddAsync([.. Enumerable.Range(1, 45).Select(id => new Offer { Id = id, Name = id % 9 == 0 ? "b" : "a & 강" })]);
        var seen = new List<long>();
        string? next = "/offers?name=a%20%26%20%EA%B0%95&size=15&unknown=1";
        while (next is not null)
        {
            var answer = await _app.SendAsync("GET", next);
            Assert.Equal(("40", "3"), (answer.At("page/totalElements"), answer.At("page/totalPages")));
            seen.AddRange(answer.Json["_embedded"]!["offers"]!.AsArray().Select(row => (long)row!["id"]!));
            next = answer.At("_links/next/href");
            Assert.Equal(seen.Count > 15, Links(answer).ContainsKey("prev"));
        }
        Assert.Equal(Enumerable.Range(1, 45).Where(id => id % 9 != 0).Select(id => (long)id), seen);
    }

    [Fact]
    public async Task Filters_by_id_find_what_has_it()
    {
        await AddAsync(new Offer { Id = 1, Buyer = 10 }, new Offer { Id = 2, Buyer = 11 });
        var answer = await _app.SendAsync("GET", "/offers?buyer=11");
        Assert.Equal(("2", "1"), (answer.At("_embedded/offers/0/id"), answer.At("page/totalElements")));
    }

    [Theory]
    [InlineData("sort=price", "1,2,3")]
    [InlineData("sort=price,desc", "3,1,2")]
    [InlineData("sort=id,desc", "3,2,1")]
    [InlineData("sort=id,ASC&page=0", "1,2,3")]
    public async Task Rows_are_sorted_as_asked_and_by_id_where_equal(string query, string expected)
    {
        await AddAsync(new Offer { Id = 2, Price = 5 }, new Offer { Id = 1, Price = 5 }, new Offer { Id = 3, Price = 9 });
        var answer = await _app.SendAsync("GET", $"/offers?{query}");
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
    public async Task A_wrong_parameter_is_400_and_named(string query, string name)
    {
        var answer = await _app.SendAsync("GET", $"/offers?{query}");
        Assert.Equal(400, answer.Status);
        Assert.StartsWith(name, answer.At($"errors/{name}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("page=7")]
    [InlineData("page=999999999")]
    [InlineData("page=999999999999999999")]
    public async Task A_page_beyond_the_end_is_empty_and_leads_back(string query)
    {
        await AddAsync(new Offer { Id = 1 });
        var answer = await _app.SendAsync("GET", $"/offers?{query}");
        Assert.Equal((200, "[]", "1"), (answer.Status, answer.At("_embedded/offers"), answer.At("page/totalElements")));
        Assert.EndsWith("?page=0&size=20", answer.At("_links/prev/href"), StringComparison.Ordinal);
        Assert.False(Links(answer).ContainsKey("next"));
    }

    [Fact]
    public async Task All_rows_come_in_one_answer_unless_a_page_is_asked()
    {
        await AddAsync([.. Enumerable.Range(1, 130).Select(id => new Offer { Id = id })]);
        var whole = await _app.SendAsync("GET", "/shop/offerLists");
        Assert.Equal(130, whole.Json["_embedded"]!["offerLists"]!.AsArray().Count);
        Assert.Equal("""{"size":130,"totalElements":130,"totalPages":1,"number":0}""", whole.Json["page"]!.ToJsonString());
        var page = await _app.SendAsync("GET", "/shop/offerLists?page=6");
        Assert.Equal(10, page.Json["_embedded"]!["offerLists"]!.AsArray().Count);
        Assert.Equal("7", page.At("page/totalPages"));
    }

    [Fact]
    public async Task The_total_is_exact_up_to_10000_and_estimated_beyond()
    {
        await using var db = Open();
        await InsertAsync(db, 1, 10_000);
        Assert.Equal("10000", (await _app.SendAsync("GET", "/offers")).At("page/totalElements"));
        await InsertAsync(db, 10_001, 25_000);
        await db.Database.ExecuteSqlRawAsync("ANALYZE \"Offers\"", TestContext.Current.CancellationToken);
        for (var again = 0; again < 2; again++)
        {
            Assert.Equal("25000", (await _app.SendAsync("GET", "/offers?page=1")).At("page/totalElements"));
        }
        Assert.Equal("10001", (await _app.SendAsync("GET", "/offers?name=n")).At("page/totalElements"));
    }

    [Fact]
    public async Task A_created_resource_is_answered_with_201_its_address_and_its_ETag()
    {
        var answer = await _app.SendAsync("POST", "/offers");
        Assert.Equal((201, "\"1\""), (answer.Status, answer.Header("ETag")));
        Assert.Equal($"{_app.Client.BaseAddress}offers/7", answer.Header("Location"));
        Assert.Equal(answer.Header("Location"), answer.At("_links/self/href"));
    }

    [Fact]
    public async Task Hrefs_keep_the_host_and_prefix_that_were_asked()
    {
        await AddAsync(new Offer { Id = 3 });
        foreach (var host in new[] { "a.example", "b.example:8080", "a.example" })
        {
            var answer = await _app.SendAsync("GET", "/offers/3", headers: ("Host", host));
            Assert.Equal($"http://{host}/offers/3", answer.At("_links/self/href"));
            var list = await _app.SendAsync("GET", "/taxi//offers?size=1", headers: ("Host", host));
            Assert.Equal($"http://{host}/taxi/offers/3", list.At("_embedded/offers/0/_links/self/href"));
            Assert.Equal($"http://{host}/taxi/offers?page=0&size=1", list.At("_links/self/href"));
        }
    }

    [Fact]
    public async Task An_unreachable_store_is_503_with_Retry_After()
    {
        await using var app = await TestApp.StartAsync(
            app => app.MapReads<OfferDb, Offer, OfferView>(OfferDb.Paged),
            services => services.AddPooledDbContextFactory<OfferDb>(options => options.UseNpgsql("Host=127.0.0.1;Port=1;Username=x"))
        );
        foreach (var path in new[] { "/offers", "/offers/3" })
        {
            var answer = await app.SendAsync("GET", path);
            Assert.Equal((503, true), (answer.Status, answer.Header("Retry-After") is not null));
        }
    }

    [Fact]
    public async Task The_OpenAPI_document_describes_reads_and_commands()
    {
        var answer = await _app.SendAsync("GET", "/openapi/v1.json", headers: ("Accept", "text/html"));
        Assert.Equal(200, answer.Status);
        var paths = answer.Json["paths"]!;
        var list = paths["/offers"]!["get"]!;
        Assert.Equal(
            ["name", "buyer", "page", "size", "sort"],
            list["parameters"]!.AsArray().Select(parameter => (string)parameter!["name"]!)
        );
        var item = paths["/offers/{id}"]!["get"]!;
        Assert.Equal("path", (string)item["parameters"]![0]!["in"]!);
        var fields = item["responses"]!["200"]!["content"]!["application/hal+json"]!["schema"]!["properties"]!.AsObject();
        Assert.Equal(["id", "name", "note", "price", "buyer", "_links"], fields.Select(field => field.Key));
        var post = paths["/offers"]!["post"]!;
        Assert.NotNull(post["requestBody"]!["content"]!["application/json"]!["schema"]!["properties"]!["price"]);
        Assert.NotNull(post["responses"]!["201"]);
        Assert.NotNull(post["responses"]!["402"]!["content"]!["application/problem+json"]);
    }

    private static IResult Patched(long id, HttpContext http) =>
        Preconditions.Matches(http, 2) ? OfferDb.Paged.Ok(new Offer { Id = id, Version = 2 }) : Problems.PreconditionFailed();

    private static JsonObject Links(Answer answer) => answer.Json["_links"]!.AsObject();

    private static Task<int> InsertAsync(OfferDb db, int first, int last) =>
        db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO "Offers" ("Id", "Name", "Price", "Hidden", "Version")
            SELECT g, 'n', 1, false, 1 FROM generate_series({first}, {last}) g
            """
        );

    private OfferDb Open() => new(new DbContextOptionsBuilder<OfferDb>().UseNpgsql(_database).Options);

    private async Task AddAsync(params Offer[] offers)
    {
        await using var db = Open();
        db.AddRange(offers);
        await db.SaveChangesAsync();
    }
}
