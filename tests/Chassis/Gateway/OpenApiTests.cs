using Xunit;

namespace Mannam.Tests.Chassis.Gateway;

public sealed class OpenApiTests
{
    [Fact]
    public async Task A_systems_OpenAPI_document_holds_paths_and_components_of_all_services()
    {
        await using var house = await House.OpenAsync();
        var document = await House.JsonAsync(await house.GetAsync("/taxi/openapi/v1.json", ("X-Forwarded-Prefix", "/app")));
        Assert.Equal("Taxi", (string?)document["info"]!["title"]);
        Assert.Equal("/app/taxi", (string?)document["servers"]![0]!["url"]);
        Assert.NotNull(document["paths"]!["/catch"]);
        Assert.NotNull(document["paths"]!["/pickup"]);
        Assert.Single(document["tags"]!.AsArray());
        var schemas = document["components"]!["schemas"]!.AsObject();
        Assert.Equal(
            ["Item", "Onlycatch", "Onlypickup", "Problem", "pickup_Item"],
            schemas.Select(s => s.Key).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_component_renamed_after_a_clash_is_referred_to_by_its_new_name()
    {
        await using var house = await House.OpenAsync();
        var document = await House.JsonAsync(await house.GetAsync("/openapi/v1.json"));
        var schemas = document["components"]!["schemas"]!;
        Assert.Equal("of pickup", (string?)schemas["pickup_Item"]!["description"]);
        Assert.Equal("#/components/schemas/pickup_Item", (string?)schemas["Onlypickup"]!["$ref"]);
        Assert.Equal("#/components/schemas/Item", (string?)schemas["Onlycatch"]!["$ref"]);
        Assert.Contains("\"#/components/schemas/pickup_Item\"", document["paths"]!["/pickup"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_document_of_all_systems_prefixes_paths_and_omits_stopped_services()
    {
        await using var house = await House.OpenAsync(law: true);
        await house.Catch.Server.StopAsync(House.Token);
        var document = await House.JsonAsync(await house.GetAsync("/openapi/v1.json"));
        Assert.Equal(["/law/pickup", "/taxi/pickup"], document["paths"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Equal("/", (string?)document["servers"]![0]!["url"]);
    }
}
