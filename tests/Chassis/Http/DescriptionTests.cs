using Xunit;

namespace Mannam.Tests.Chassis.Http;

public sealed class DescriptionTests(OfferShop shop) : IClassFixture<OfferShop>
{
    [Fact]
    public async Task The_OpenAPI_document_describes_reads_and_commands()
    {
        var answer = await shop.App.SendAsync("GET", "/openapi/v1.json", headers: ("Accept", "text/html"));
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
        Assert.Equal(["Idempotency-Key"], post["parameters"]!.AsArray().Select(parameter => (string)parameter!["name"]!));
        Assert.NotNull(post["responses"]!["402"]!["content"]!["application/problem+json"]);
    }
}
