using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mannam.Tests.Chassis.Gateway;

/// <summary>The X-Forwarded headers of proxies. The tests' connections come from loopback, which is trusted.</summary>
public sealed class ForwardedTests : IAsyncLifetime
{
    private const string For = "X-Forwarded-For";
    private const string Proto = "X-Forwarded-Proto";
    private const string Host = "X-Forwarded-Host";
    private const string Prefix = "X-Forwarded-Prefix";

    private House _house = null!;

    public async ValueTask InitializeAsync() => _house = await OpenAsync("10.1.0.0/16", "192.0.2.99", "2001:db8::/32");

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Theory]
    [InlineData(Proto, "javascript")]
    [InlineData(Proto, "ftp")]
    [InlineData(Proto, "ja va")]
    [InlineData(Proto, "https:")]
    [InlineData(Proto, "")]
    [InlineData(Host, "user@evil.example")]
    [InlineData(Host, "evil.example/path")]
    [InlineData(Host, "evil.example?")]
    [InlineData(Host, "evil.example:0")]
    [InlineData(Host, "evil.example:65536")]
    [InlineData(Host, "evil.example:x")]
    [InlineData(Host, "evil.example:")]
    [InlineData(Host, "evil .example")]
    [InlineData(Host, ":80")]
    [InlineData(Host, "[::1")]
    [InlineData(Host, "[127.0.0.1]")]
    [InlineData(Host, "[fe80::1%eth0]")]
    [InlineData(Host, "2001:db8::1")]
    [InlineData(Host, "<b>")]
    [InlineData(Prefix, "//evil.example")]
    [InlineData(Prefix, "/\\evil.example")]
    [InlineData(Prefix, "app")]
    [InlineData(Prefix, "http://evil.example")]
    [InlineData(Prefix, "/a//b")]
    [InlineData(Prefix, "/a/../b")]
    [InlineData(Prefix, "/..")]
    [InlineData(Prefix, "/.")]
    [InlineData(Prefix, "/a?b=c")]
    [InlineData(Prefix, "/a#b")]
    [InlineData(Prefix, "/%0d%0aX:1")]
    [InlineData(Prefix, "/<b>")]
    [InlineData(Prefix, "%")]
    [InlineData(For, "nobody")]
    [InlineData(For, "1")]
    [InlineData(For, "256.1.1.1")]
    [InlineData(For, "010.1.1.1")]
    [InlineData(For, "unknown")]
    [InlineData(For, "127.0.0.1:99999")]
    public async Task Malformed_forwarded_headers_are_ignored(string header, string value)
    {
        var (address, client) = await SeenAsync((header, value));
        Assert.Equal(_house.Door.Address.GetLeftPart(UriPartial.Authority) + "/taxi", address);
        Assert.Equal("127.0.0.1", client);
    }

    [Theory]
    [InlineData("HTTPS", "taxi.example:8443", "/app/", "https://taxi.example:8443/app/taxi")]
    [InlineData("http", "[2001:db8::7]:80", "/a/b", "http://[2001:db8::7]:80/a/b/taxi")]
    [InlineData("https", "a-b_c.example", "/", "https://a-b_c.example/taxi")]
    public async Task The_scheme_host_and_prefix_of_a_trusted_proxy_are_used(string proto, string host, string prefix, string expected) =>
        Assert.Equal(expected, (await SeenAsync((Proto, proto), (Host, host), (Prefix, prefix))).Address);

    [Theory]
    [InlineData(
        "198.51.100.7, 10.1.2.3",
        "https, http",
        "taxi.example, inner",
        "/kr, /app",
        "https://taxi.example/kr/app/taxi",
        "198.51.100.7"
    )]
    [InlineData(
        "198.51.100.7:555, [2001:db8::1]:80",
        "https, http",
        "taxi.example, inner",
        "",
        "https://taxi.example/taxi",
        "198.51.100.7"
    )]
    // The proxy that wrote the first entries is not trusted.
    [InlineData("203.0.113.9, 198.51.100.7", "https, http", "evil, inner", "/evil, /app", "http://inner/app/taxi", "198.51.100.7")]
    [InlineData("203.0.113.9, 198.51.100.7, 10.1.2.3", "https, https, http", "evil, b, c", "", "https://b/taxi", "198.51.100.7")]
    // This proxy passes on the header of the one before it.
    [InlineData("198.51.100.7, 10.1.2.3", "https", "taxi.example", "/kr", "https://taxi.example/kr/taxi", "198.51.100.7")]
    // A malformed entry is ignored, and the next one is used.
    [InlineData("198.51.100.7, 10.1.2.3", "javascript, https", "a/b, inner", "//evil, /app", "https://inner/app/taxi", "198.51.100.7")]
    // The entry "nobody" is no address, so the chain ends before it.
    [InlineData("203.0.113.9, nobody, 10.1.2.3", "evil, https, http", "a, b, c", "", "https://b/taxi", "10.1.2.3")]
    [InlineData("192.0.2.99, 10.1.2.3", "https, http", "taxi.example, inner", "", "https://taxi.example/taxi", "192.0.2.99")]
    public async Task Forwarded_entries_count_back_to_the_first_untrusted_proxy(
        string by,
        string proto,
        string host,
        string prefix,
        string address,
        string client
    )
    {
        Assert.Equal((address, client), await SeenAsync((For, by), (Proto, proto), (Host, host), (Prefix, prefix)));
        // The same, if each proxy adds its own header line.
        Assert.Equal(
            (address, client),
            await SeenAsync([.. Each(For, by), .. Each(Proto, proto), .. Each(Host, host), .. Each(Prefix, prefix)])
        );
    }

    [Fact]
    public async Task The_rate_limit_counts_the_client_behind_all_trusted_proxies()
    {
        await using var house = await OpenAsync("10.1.0.0/16", perSecond: 1);
        Task<HttpResponseMessage> AskAsync(string by) => house.GetAsync("/catches", (For, by));

        var each = await Task.WhenAll(Enumerable.Range(10, 20).Select(i => AskAsync($"198.51.100.{i}, 10.1.2.3")));
        Assert.All(each, a => Assert.Equal(200, (int)a.StatusCode));
        // The client invents addresses before its own. They do not count.
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => AskAsync($"192.0.2.{i}, 198.51.100.3, 10.1.2.3")));
        Assert.Contains(answers, a => (int)a.StatusCode == 429);
    }

    private static IEnumerable<(string, string)> Each(string header, string list) =>
        list.Split(", ").Where(entry => entry.Length > 0).Select(entry => (header, entry));

    private async Task<(string Address, string Client)> SeenAsync(params (string, string)[] headers)
    {
        var seen = await House.JsonAsync(await _house.GetAsync("/taxi/catches/client", headers));
        var asked = await House.JsonAsync(await _house.GetAsync("/taxi/catches", headers));
        return ($"{asked["scheme"]}://{asked["host"]}{asked["base"]}", (string)seen["client"]!);
    }

    private static Task<House> OpenAsync(params string[] trusted) => OpenAsync(string.Join(',', trusted), perSecond: 0);

    private static Task<House> OpenAsync(string trusted, int perSecond) =>
        House.OpenAsync(
            o => o with { TrustedProxies = trusted.Split(','), RequestsPerSecond = perSecond },
            catches: app =>
                app.MapGet(
                    "/catches/client",
                    (HttpContext http) =>
                        Results.Json(new Dictionary<string, string?> { ["client"] = $"{http.Connection.RemoteIpAddress}" })
                )
        );
}
