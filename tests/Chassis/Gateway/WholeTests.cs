using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mannam.Tests.Chassis.Gateway;

public sealed class WholeTests
{
    [Fact]
    public async Task A_request_beyond_the_limit_is_503_at_once_and_health_still_answers()
    {
        var (reached, go) = (new Signal(), new Signal());
        await using var house = await House.OpenAsync(
            o => o with { MaxConcurrentRequests = 1 },
            catches: app =>
                app.MapGet(
                    "/catches/slow",
                    async () =>
                    {
                        reached.SetResult();
                        await go.Task;
                    }
                )
        );
        var begun = house.GetAsync("/catches/slow");
        await reached.Task;
        Assert.Equal(1, house.Door.Edge.InProgress);
        var refused = await house.GetAsync("/pickUps");
        await House.ProblemAsync(refused, 503);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(200, (int)(await house.GetAsync("/health/ready")).StatusCode);
        go.SetResult();
        Assert.Equal(200, (int)(await begun).StatusCode);
        Assert.Equal(200, (int)(await house.GetAsync("/pickUps")).StatusCode);
    }

    [Fact]
    public async Task A_body_over_1_MiB_is_413_and_one_of_1_MiB_is_accepted()
    {
        await using var house = await House.OpenAsync();
        var fits = await house.Client.PostAsync("/catches/echo", new ByteArrayContent(new byte[1 << 20]), House.Token);
        Assert.Equal(1 << 20, (await fits.Content.ReadAsByteArrayAsync(House.Token)).Length);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/catches/echo");
        request.Headers.ExpectContinue = true;
        request.Content = new ByteArrayContent(new byte[(1 << 20) + 1]);
        await House.ProblemAsync(await house.Client.SendAsync(request, House.Token), 413);
    }

    [Fact]
    public async Task An_exception_of_a_service_is_a_500_problem_without_details()
    {
        await using var house = await House.OpenAsync(catches: app =>
            app.MapGet("/catches/broken", new Func<string>(() => throw new InvalidOperationException("secret")))
        );
        var problem = await House.ProblemAsync(await house.GetAsync("/catches/broken"), 500);
        Assert.DoesNotContain("secret", problem.ToJsonString(), StringComparison.Ordinal);
        await house.Catch.Server.StopAsync(House.Token);
        Assert.Equal(0, house.Catch.Server.InProgress);
    }

    [Theory]
    [InlineData("GET /catches HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /catches HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("GET /catches HTTP/9.1\r\nHost: localhost\r\n\r\n", 505)]
    [InlineData("LONG", 414)]
    [InlineData("MANY", 431)]
    public async Task A_refusal_of_the_web_server_itself_is_a_problem_document_too(string request, int status)
    {
        await using var house = await House.OpenAsync();
        request = request switch
        {
            "LONG" => $"GET /{new string('x', 20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "MANY" => $"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {new string('x', 40_000)}\r\n\r\n",
            _ => request,
        };
        var answer = await Network.RawAsync(house.Door.Address, request);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
        Assert.Equal(status, (int)JsonNode.Parse(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..])!["status"]!);
    }

    [Fact]
    public async Task An_answer_streams_through_the_door_and_the_service_notices_a_hang_up()
    {
        var heard = new Signal();
        await using var house = await House.OpenAsync(catches: app =>
            app.MapGet(
                "/catches/notifications",
                async (HttpContext c) =>
                {
                    await c.Response.WriteAsync("data: one\n\n", House.Token);
                    await Signal.Mute(c, heard);
                }
            )
        );
        var answer = await house.GetAsync("/catches/notifications");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(House.Token));
        Assert.Equal("data: one", await reader.ReadLineAsync(House.Token));
        answer.Dispose();
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(10), House.Token);
    }

    [Fact]
    public async Task HEAD_is_GET_without_a_body_on_every_path()
    {
        await using var house = await House.OpenAsync();
        foreach (var path in (string[])["/", "/catches", "/health/ready", "/taxi/openapi/v1.json"])
        {
            var answer = await house.SendAsync(HttpMethod.Head, path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(House.Token));
        }
    }
}
