using Mannam.Tests.Chassis.Gateway;
using Mannam.Tests.Chassis.Http;
using Xunit;

namespace Mannam.Tests.Taxi.Rest;

public sealed partial class RestConventions
{
    [Theory]
    [InlineData("/openapi/v1.json")]
    [InlineData("/taxi/openapi/v1.json")]
    public async Task The_OpenAPI_document_shows_optional_fields_and_no_internal_calls(string path)
    {
        var paths = (await Http.AskAsync($"GET {path}").Gives(200)).Json["paths"]!;
        Assert.Null(paths["/payments"]!["post"]);
        var fields = paths["/catches"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!["required"]!;
        Assert.Equal("""["price","startingPoint","destination","customer"]""", fields.ToJsonString());
        var driver = paths["/pickUps/{matchId}"]!["delete"]!["parameters"]!.AsArray().Single(p => (string)p!["name"]! == "driver")!;
        Assert.Equal(("query", true, "string"), ((string)driver["in"]!, (bool)driver["required"]!, (string)driver["schema"]!["type"]!));
    }

    // SpreadOutTests test the health page of a service that runs alone.
    [Fact]
    public async Task Each_service_serves_its_OpenAPI_document()
    {
        using var pickup = taxi.Inside("taxi.pickup");
        Assert.NotNull((await pickup.AskAsync("GET /openapi/v1.json").Gives(200)).Json["paths"]!["/pickUps"]);
    }

    [Fact]
    public async Task Health_at_the_front_door_is_that_of_the_whole_installation()
    {
        await Http.AskAsync("GET /health/live").Gives(200);
        await Http.AskAsync("GET /health/ready").Gives(200);
        Assert.Equal("""{"status":"UP"}""", (await Http.AskAsync("GET /actuator/health").Gives(200)).Body);
    }

    [Fact]
    public async Task A_system_is_served_below_its_name_and_if_it_is_alone_also_at_the_root()
    {
        var id = await Http.OrderAsync();
        await Http.AskAsync($"GET /catches/{id}").Gives(200);
        await Http.AskAsync($"GET /taxi/catches/{id}").Gives(200);
        await taxi.Machine.StopAsync("taxi.pickup");
        foreach (var path in (string[])["/pickUps", "/taxi/catchReqLists"])
            Assert.NotNull((await Http.AskAsync($"GET {path}").Refuses(503)).Header("Retry-After"));
        await taxi.StartAsync("taxi.pickup");
    }

    [Fact]
    public async Task CORS_serves_loopback_pages_and_exposes_Location_ETag_and_Retry_After()
    {
        const string Page = "http://localhost:5173";
        var preflight = await Http.AskAsync(
                "OPTIONS /catches/1",
                null,
                ("Origin", Page),
                ("Access-Control-Request-Method", "PATCH"),
                ("Access-Control-Request-Headers", "if-match")
            )
            .Gives(204);
        Assert.Equal("PATCH", preflight.Header("Access-Control-Allow-Methods"));
        Assert.Equal("if-match", preflight.Header("Access-Control-Allow-Headers"));
        foreach (var answer in (Answer[])[preflight, await Http.AskAsync("GET /catches/0", null, ("Origin", Page)).Refuses(404)])
        {
            Assert.Equal(Page, answer.Header("Access-Control-Allow-Origin"));
            Assert.Equal("true", answer.Header("Access-Control-Allow-Credentials"));
            Assert.Equal("Location, ETag, Retry-After", answer.Header("Access-Control-Expose-Headers"));
            Assert.Contains("Origin", answer.Header("Vary"), StringComparison.Ordinal);
        }
        var other = await Http.AskAsync("GET /catches", null, ("Origin", "https://evil.example")).Gives(200);
        Assert.Null(other.Header("Access-Control-Allow-Origin"));
        Assert.Null((await Http.AskAsync("GET /provider/ledger", null, ("Origin", Page)).Gives(200)).Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_front_door_on_loopback_refuses_other_host_names_with_421()
    {
        var answer = await Network.RawAsync(
            taxi.Machine.Address,
            "GET /catches HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
        );
        Assert.StartsWith("HTTP/1.1 421", answer, StringComparison.Ordinal);
    }
}
