using System.Net;
using System.Text.Json.Nodes;
using Mannam.Chassis.FrontDoor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mannam.Tests.Chassis.FrontDoor;

public sealed class WholeTests
{
    [Fact]
    public async Task the_whole_is_up_while_all_are_and_down_with_one()
    {
        var health = new ServiceHealth(true, true, new Dictionary<string, string> { ["lag"] = "0" });
        await using var house = await House.OpenAsync(health: () => ValueTask.FromResult(health));
        Assert.Equal("{\"status\":\"UP\"}", await house.Client.GetStringAsync("/actuator/health", House.Token));
        Assert.Equal(200, (int)(await house.GetAsync("/health/live")).StatusCode);
        var ready = await House.JsonAsync(await house.GetAsync("/health/ready"));
        Assert.Equal("UP", (string?)ready["status"]);
        Assert.Equal("0", (string?)ready["services"]!["taxi.catch"]!["details"]!["lag"]);

        health = health with { Ready = false };
        var down = await house.GetAsync("/actuator/health");
        Assert.Equal(503, (int)down.StatusCode);
        Assert.Equal("{\"status\":\"DOWN\"}", await down.Content.ReadAsStringAsync(House.Token));
        Assert.Equal(503, (int)(await house.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(200, (int)(await house.GetAsync("/health/live")).StatusCode);

        health = health with { Live = false };
        Assert.Equal(503, (int)(await house.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task a_service_whose_health_cannot_be_told_is_down()
    {
        await using var house = await House.OpenAsync(health: () => throw new InvalidOperationException("no connection"));
        var ready = await house.GetAsync("/health/ready");
        Assert.Equal(503, (int)ready.StatusCode);
        Assert.Contains("no connection", await ready.Content.ReadAsStringAsync(House.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_service_stopped_on_purpose_is_told_as_stopped_and_leaves_the_whole_ready()
    {
        await using var house = await House.OpenAsync(health: () => throw new InvalidOperationException("must not be asked"));
        await house.Catch.Server.StopAsync(House.Token);
        var ready = await house.GetAsync("/health/ready");
        Assert.Equal(200, (int)ready.StatusCode);
        Assert.Equal("stopped", (string?)(await House.JsonAsync(ready))["services"]!["taxi.catch"]!["details"]!["state"]);
    }

    [Fact]
    public async Task a_draining_front_door_is_unready_closes_connections_and_finishes_what_was_begun()
    {
        var (reached, go) = (new Signals(), new Signals());
        await using var house = await House.OpenAsync(catches: app =>
            app.MapGet(
                "/catches/slow",
                async () =>
                {
                    reached.SetResult();
                    await go.Task;
                    return "done";
                }
            )
        );
        var begun = house.GetAsync("/catches/slow");
        await reached.Task;
        Assert.NotEqual(true, (await house.GetAsync("/catches")).Headers.ConnectionClose);

        house.Door.BeginDrain();
        Assert.Equal(503, (int)(await house.GetAsync("/health/ready")).StatusCode);
        var still = await house.GetAsync("/catches");
        Assert.Equal(200, (int)still.StatusCode);
        Assert.True(still.Headers.ConnectionClose);

        var stopped = house.Door.StopAsync(House.Token);
        await Assert.ThrowsAsync<HttpRequestException>(() => house.GetAsync("/catches"));
        Assert.False(stopped.IsCompleted);
        go.SetResult();
        var answer = await begun;
        Assert.True(answer.Headers.ConnectionClose);
        Assert.Equal("done", await answer.Content.ReadAsStringAsync(House.Token));
        await stopped;
    }

    [Fact]
    public async Task one_request_too_many_is_told_to_come_again_at_once_and_health_still_answers()
    {
        var (reached, go) = (new Signals(), new Signals());
        await using var house = await House.OpenAsync(
            o => o with { MaxInProgress = 1 },
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
        Assert.Equal(1, house.Door.InProgress);
        var refused = await house.GetAsync("/pickUps");
        await House.ProblemAsync(refused, 503);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(200, (int)(await house.GetAsync("/health/ready")).StatusCode);
        go.SetResult();
        Assert.Equal(200, (int)(await begun).StatusCode);
        Assert.Equal(200, (int)(await house.GetAsync("/pickUps")).StatusCode);
    }

    [Fact]
    public async Task a_body_over_a_mebibyte_is_413_and_one_of_a_mebibyte_is_not()
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
    public async Task a_fault_of_a_service_is_a_problem_without_a_stack_trace()
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
    public async Task what_the_web_server_itself_refuses_is_a_problem_too(string request, int status)
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
    public async Task an_answer_streams_through_and_hanging_up_is_heard()
    {
        var heard = new Signals();
        await using var house = await House.OpenAsync(catches: app =>
            app.MapGet(
                "/catches/notifications",
                async (HttpContext c) =>
                {
                    await c.Response.WriteAsync("data: one\n\n", House.Token);
                    await HandlerTests.Mute(c, heard);
                }
            )
        );
        var answer = await house.GetAsync("/catches/notifications");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(House.Token));
        Assert.Equal("data: one", await reader.ReadLineAsync(House.Token));
        answer.Dispose();
        await heard.Task.WaitAsync(House.Token);
    }

    [Fact]
    public async Task head_is_get_without_a_body_everywhere()
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

    [Fact]
    public async Task a_service_that_stops_finishes_what_was_begun_and_keeps_its_services_until_then()
    {
        var (reached, go) = (new Signals(), new Signals());
        await using var house = await House.OpenAsync(catches: app =>
            app.MapGet(
                "/catches/slow",
                async (HttpContext c) =>
                {
                    reached.SetResult();
                    await go.Task;
                    return c.RequestServices is not null ? "done" : "";
                }
            )
        );
        var begun = house.GetAsync("/catches/slow");
        await reached.Task;
        var stopped = house.Catch.App.StopAsync(House.Token);
        await House.ProblemAsync(await house.GetAsync("/catches"), 503);
        Assert.False(stopped.IsCompleted);
        go.SetResult();
        await stopped;
        Assert.Equal(0, house.Catch.Server.InProgress);
        Assert.Equal("done", await (await begun).Content.ReadAsStringAsync(House.Token));
    }
}
