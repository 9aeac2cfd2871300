using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mannam.Tests.Chassis.Gateway;

public sealed class GuardTests
{
    private const string Page = "http://localhost:5173";

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:1")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("[::1]:8080")]
    [InlineData("mannam.local:99")]
    public async Task A_front_door_on_loopback_accepts_loopback_and_configured_host_names(string host)
    {
        await using var house = await House.OpenAsync(o => o with { Hosts = ["mannam.local"] });
        Assert.Equal(200, (int)(await house.GetAsync("/catches", ("Host", host))).StatusCode);
    }

    [Theory]
    [InlineData("evil.example", "/catches")]
    [InlineData("localhost.evil.example:8080", "/catches")]
    [InlineData("127.0.0.1.evil.example", "/provider/ledger")]
    [InlineData("169.254.169.254", "/health/ready")]
    public async Task Another_host_name_is_421_whatever_X_Forwarded_Host_says(string host, string path)
    {
        await using var house = await House.OpenAsync();
        await House.ProblemAsync(await house.GetAsync(path, ("Host", host), ("X-Forwarded-Host", "localhost")), 421);
    }

    [Fact]
    public async Task A_public_front_door_accepts_every_host_name_but_no_pages_of_localhost()
    {
        await using var house = await House.OpenAsync(o => o with { Address = IPAddress.Any, Port = 0, Origins = ["https://app.example"] });
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{house.Door.Address.Port}") };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/catches") { Headers = { Host = "any.example" } };
        request.Headers.Add("Origin", Page);
        var answer = await client.SendAsync(request, House.Token);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        using var operators = new HttpRequestMessage(HttpMethod.Get, "/provider/ledger") { Headers = { Host = "any.example" } };
        await House.ProblemAsync(await client.SendAsync(operators, House.Token), 404);
    }

    [Theory]
    [InlineData(Page)]
    [InlineData("http://localhost")]
    [InlineData("http://127.0.0.1:3000")]
    [InlineData("https://app.example")]
    public async Task An_allowed_page_gets_CORS_headers_on_the_preflight_and_on_the_answer(string origin)
    {
        await using var house = await House.OpenAsync(o => o with { Origins = ["https://app.example"] });
        var before = await house.SendAsync(
            HttpMethod.Options,
            "/taxi/catches/1",
            ("Origin", origin),
            ("Access-Control-Request-Method", "PATCH"),
            ("Access-Control-Request-Headers", "if-match,idempotency-key")
        );
        Assert.Equal(204, (int)before.StatusCode);
        Assert.Equal("PATCH", Header(before, "Access-Control-Allow-Methods"));
        Assert.Equal("if-match,idempotency-key", Header(before, "Access-Control-Allow-Headers"));
        AssertAllowed(before, origin);
        AssertAllowed(await house.GetAsync("/taxi/catches/1", ("Origin", origin)), origin);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://localhost.evil.example")]
    [InlineData("http://localhost:80.evil.example")]
    [InlineData("http://localhost:")]
    [InlineData("https://localhost:5173")]
    [InlineData("null")]
    public async Task Another_page_gets_no_CORS_headers_except_Vary_Origin(string origin)
    {
        await using var house = await House.OpenAsync();
        var answer = await house.GetAsync("/catches", ("Origin", origin));
        Assert.DoesNotContain(answer.Headers, h => h.Key.StartsWith("Access-Control", StringComparison.Ordinal));
        Assert.Contains("Origin", answer.Headers.Vary);
        Assert.Contains("Origin", (await house.GetAsync("/catches")).Headers.Vary);
    }

    [Fact]
    public async Task An_allowed_page_can_read_errors_too_even_after_headers_were_cleared()
    {
        await using var house = await House.OpenAsync(catches: app =>
            app.MapGet(
                "/catches/broken",
                (HttpContext c) =>
                {
                    c.Response.Clear();
                    c.Response.StatusCode = 409;
                }
            )
        );
        await house.Pickup.Server.StopAsync(House.Token);
        foreach (var (path, status) in ((string, int)[])[("/pickUps", 503), ("/nothing", 404), ("/catches/broken", 409)])
        {
            var answer = await house.GetAsync(path, ("Origin", Page));
            Assert.Equal(status, (int)answer.StatusCode);
            AssertAllowed(answer, Page);
        }
    }

    [Fact]
    public async Task The_provider_is_served_to_direct_callers_only_and_without_CORS()
    {
        await using var house = await House.OpenAsync();
        var answer = await house.GetAsync("/provider/ledger", ("Origin", Page));
        Assert.Equal(200, (int)answer.StatusCode);
        var preflight = await house.SendAsync(
            HttpMethod.Options,
            "/provider/settings",
            ("Origin", Page),
            ("Access-Control-Request-Method", "PATCH")
        );
        foreach (var told in (HttpResponseMessage[])[answer, preflight])
        {
            Assert.DoesNotContain(told.Headers, h => h.Key.StartsWith("Access-Control", StringComparison.Ordinal));
        }
        await House.ProblemAsync(await house.GetAsync("//provider/ledger", ("X-Forwarded-For", "127.0.0.1")), 404);
    }

    [Fact]
    public async Task The_provider_is_404_for_other_machines()
    {
        if (Network.OwnAddress is not { } address)
        {
            Assert.Skip("This machine has no address but loopback.");
            return;
        }
        await using var house = await House.OpenAsync(o => o with { Address = IPAddress.Any });
        using var client = new HttpClient { BaseAddress = new Uri($"http://{address}:{house.Door.Address.Port}") };
        await House.ProblemAsync(await client.GetAsync("/provider/ledger", House.Token), 404);
        Assert.Equal(200, (int)(await client.GetAsync("/catches", House.Token)).StatusCode);
    }

    private static void AssertAllowed(HttpResponseMessage answer, string origin)
    {
        Assert.Equal(origin, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("true", Header(answer, "Access-Control-Allow-Credentials"));
        Assert.Equal("Location, ETag, Retry-After", Header(answer, "Access-Control-Expose-Headers"));
        Assert.Contains("Origin", answer.Headers.Vary);
    }

    private static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(",", values) : "";

    [Fact]
    public async Task A_client_above_the_rate_limit_gets_429_and_other_clients_are_served()
    {
        await using var house = await House.OpenAsync(o => o with { RequestsPerSecond = 5 });
        Task<HttpResponseMessage> AskAsync(string client) => house.GetAsync("/catches", ("X-Forwarded-For", client));

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => AskAsync("192.0.2.1")));
        var other = await AskAsync("192.0.2.2");

        Assert.InRange(answers.Count(a => a.IsSuccessStatusCode), 5, 39);
        foreach (var refused in answers.Where(a => !a.IsSuccessStatusCode))
        {
            await House.ProblemAsync(refused, 429);
            Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        }
        Assert.Equal(200, (int)other.StatusCode);
    }
}
