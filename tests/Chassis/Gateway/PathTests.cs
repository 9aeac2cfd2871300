using Xunit;

namespace Mannam.Tests.Chassis.Gateway;

public sealed class PathTests
{
    [Theory]
    [InlineData("/taxi/catches/1?page=2", "catch", "/taxi", "/catches/1")]
    [InlineData("/catches/1?page=2", "catch", "", "/catches/1")]
    [InlineData("/taxi/catchReqLists?page=2", "pickup", "/taxi", "/catchReqLists")]
    [InlineData("//taxi//catches///1/?page=2", "catch", "/taxi", "/catches/1")]
    [InlineData("/catches/?page=2", "catch", "", "/catches")]
    [InlineData("/catches/a%2Fb%20c?page=2", "catch", "", "/catches/a%2Fb c")]
    [InlineData("/provider/ledger/?page=2", "provider", "/provider", "/ledger")]
    [InlineData("/provider?page=2", "provider", "/provider", "/")]
    public async Task A_path_leads_to_its_service_and_the_prefix_becomes_the_path_base(
        string path,
        string service,
        string pathBase,
        string inner
    )
    {
        await using var house = await House.OpenAsync();
        var seen = await House.JsonAsync(await house.GetAsync(path));
        Assert.Equal(service, (string?)seen["service"]);
        Assert.Equal(pathBase, (string?)seen["base"]);
        Assert.Equal(inner, (string?)seen["path"]);
        Assert.Equal("?page=2", (string?)seen["query"]);
        Assert.True((bool)seen["outside"]!);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/law/")]
    public async Task A_system_is_served_at_the_root_only_when_it_is_the_only_one(string prefix)
    {
        await using var house = await House.OpenAsync(law: true);
        await House.ProblemAsync(await house.GetAsync(prefix + "catches"), 404);
        Assert.Equal("catch", (string?)(await House.JsonAsync(await house.GetAsync("/taxi/catches")))["service"]);
        Assert.Equal("/law", (string?)(await House.JsonAsync(await house.GetAsync("/law/consults")))["base"]);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/taxi")]
    [InlineData("/taxi/nothing")]
    [InlineData("/Catches")]
    [InlineData("/catchesAndMore")]
    [InlineData("/health")]
    public async Task A_path_that_no_service_serves_is_404(string path)
    {
        await using var house = await House.OpenAsync();
        await House.ProblemAsync(await house.GetAsync(path), 404);
    }

    [Fact]
    public async Task A_stopped_service_answers_503_with_Retry_After_and_the_others_answer()
    {
        await using var house = await House.OpenAsync();
        await house.Pickup.Server.StopAsync(House.Token);
        foreach (var path in (string[])["/taxi/pickUps", "/catchReqLists/1"])
        {
            var answer = await house.GetAsync(path);
            await House.ProblemAsync(answer, 503);
            Assert.True(answer.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        }
        Assert.Equal(200, (int)(await house.GetAsync("/catches")).StatusCode);
    }

    [Fact]
    public async Task The_index_lists_the_served_paths_and_is_read_only()
    {
        await using var house = await House.OpenAsync();
        Assert.Contains("/taxi/catchReqLists", (await House.JsonAsync(await house.GetAsync("/"))).ToJsonString(), StringComparison.Ordinal);
        var refused = await house.SendAsync(HttpMethod.Delete, "/");
        await House.ProblemAsync(refused, 405);
        Assert.Equal(["GET", "HEAD"], refused.Content.Headers.Allow);
    }

    [Fact]
    public async Task A_trusted_proxy_sets_scheme_host_and_prefix()
    {
        await using var house = await House.OpenAsync();
        (string, string)[] told = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "mannam.example"), ("X-Forwarded-Prefix", "/app/")];
        var seen = await House.JsonAsync(await house.GetAsync("/taxi/catches/1", told));
        Assert.Equal("https", (string?)seen["scheme"]);
        Assert.Equal("mannam.example", (string?)seen["host"]);
        Assert.Equal("/app/taxi", (string?)seen["base"]);
        Assert.Equal("/catches/1", (string?)seen["path"]);
    }

    [Theory]
    [InlineData("/catches/%FF")]
    [InlineData("/catches/%C3%28")]
    [InlineData("/catches/%ED%A0%80")]
    [InlineData("/catches/%C0%AF")]
    [InlineData("/taxi/catches/%F8%88%80%80%80?a=b")]
    [InlineData("/%ff")]
    public async Task A_path_that_is_not_UTF8_is_400(string path)
    {
        await using var house = await House.OpenAsync();
        await House.ProblemAsync(await RawPathAsync(house, path), 400);
    }

    [Theory]
    [InlineData("/catches/%25FF", "/catches/%FF")]
    [InlineData("/catches/a%2Fb", "/catches/a%2Fb")]
    [InlineData("/catches/100%25", "/catches/100%")]
    [InlineData("/catches/%EA%B9%80", "/catches/김")]
    [InlineData("/catches/%zz", "/catches/%zz")]
    public async Task Other_percent_signs_are_accepted_and_passed_on(string path, string seen)
    {
        await using var house = await House.OpenAsync();
        Assert.Equal(seen, (string?)(await House.JsonAsync(await RawPathAsync(house, path)))["path"]);
    }

    [Theory]
    [InlineData("localhost:99999", 400)]
    [InlineData("localhost:0", 400)]
    [InlineData("localhost:65535", 200)]
    public async Task A_port_in_the_Host_header_must_be_valid(string host, int status)
    {
        await using var house = await House.OpenAsync();
        Assert.Equal(status, (int)(await house.GetAsync("/catches", ("Host", host))).StatusCode);
    }

    // The client must not normalise the path.
    private static Task<HttpResponseMessage> RawPathAsync(House house, string path) =>
        house.Client.GetAsync(
            new Uri(
                house.Door.Address.GetLeftPart(UriPartial.Authority) + path,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
            ),
            House.Token
        );

    [Fact]
    public async Task The_headers_of_an_untrusted_proxy_are_ignored()
    {
        if (Network.OwnAddress is not { } address)
        {
            Assert.Skip("This machine has no address but loopback.");
            return;
        }
        await using var house = await House.OpenAsync(o => o with { Address = address });
        var seen = await House.JsonAsync(
            await house.GetAsync("/taxi/catches", ("X-Forwarded-Host", "evil"), ("X-Forwarded-Prefix", "/evil"))
        );
        Assert.Equal("/taxi", (string?)seen["base"]);
        Assert.NotEqual("evil", (string?)seen["host"]);
        await using var trusting = await House.OpenAsync(o => o with { Address = address, TrustedProxies = [$"{address}/32"] });
        Assert.Equal(
            "/app/taxi",
            (string?)(await House.JsonAsync(await trusting.GetAsync("/taxi/catches", ("X-Forwarded-Prefix", "/app"))))["base"]
        );
    }
}
