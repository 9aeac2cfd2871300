using Mannam.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mannam.Tests.Chassis.Gateway;

/// <summary>Guarantee 8 at the front door.</summary>
public sealed class StopAndHealthTests
{
    [Fact]
    public async Task Overall_health_is_UP_only_while_every_service_is_up()
    {
        var live = true;
        var health = new ServiceHealth(true, true, new Dictionary<string, string> { ["lag"] = "0" });
        await using var house = await House.OpenAsync(health: () => ValueTask.FromResult(health), isLive: () => live);
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

        live = false;
        Assert.Equal(503, (int)(await house.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task A_service_whose_health_check_fails_is_down()
    {
        await using var house = await House.OpenAsync(health: () => throw new InvalidOperationException("no connection"));
        var ready = await house.GetAsync("/health/ready");
        Assert.Equal(503, (int)ready.StatusCode);
        var page = await ready.Content.ReadAsStringAsync(House.Token);
        Assert.Contains(nameof(InvalidOperationException), page, StringComparison.Ordinal);
        Assert.DoesNotContain("no connection", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Liveness_does_not_wait_for_a_store_that_hangs()
    {
        var answered = new TaskCompletionSource<ServiceHealth>();
        await using var house = await House.OpenAsync(health: () => new(answered.Task), isLive: () => true);
        var ready = house.GetAsync("/health/ready");

        Assert.Equal(200, (int)(await house.GetAsync("/health/live")).StatusCode);

        Assert.False(ready.IsCompleted);
        answered.SetResult(new ServiceHealth(true, true, new Dictionary<string, string>()));
        Assert.Equal(200, (int)(await ready).StatusCode);
    }

    [Fact]
    public async Task A_service_stopped_on_purpose_is_shown_as_stopped_and_readiness_stays()
    {
        await using var house = await House.OpenAsync(health: () => throw new InvalidOperationException("must not be asked"));
        await house.Catch.Server.StopAsync(House.Token);
        var ready = await house.GetAsync("/health/ready");
        Assert.Equal(200, (int)ready.StatusCode);
        Assert.Equal("stopped", (string?)(await House.JsonAsync(ready))["services"]!["taxi.catch"]!["details"]!["state"]);
    }

    [Fact]
    public async Task A_draining_front_door_is_unready_and_finishes_requests_under_way()
    {
        var (reached, go) = (new Signal(), new Signal());
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

        house.Door.Edge.BeginDrain();
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
    public async Task A_stopping_service_finishes_requests_under_way_and_keeps_their_services()
    {
        var (reached, go) = (new Signal(), new Signal());
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

    [Fact]
    public async Task A_request_that_outlasts_the_grace_period_is_cut_off()
    {
        var (reached, heard) = (new Signal(), new Signal());
        await using var house = await House.OpenAsync(catches: app =>
            app.MapGet(
                "/catches/mute",
                (HttpContext c) =>
                {
                    reached.SetResult();
                    return Signal.Mute(c, heard);
                }
            )
        );
        var begun = house.GetAsync("/catches/mute");
        await reached.Task;
        using var grace = new CancellationTokenSource();
        var stopped = house.Door.StopAsync(grace.Token);
        Assert.False(stopped.IsCompleted);
        await grace.CancelAsync();
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(10), House.Token);
        await stopped;
        await Assert.ThrowsAsync<HttpRequestException>(() => begun);
    }
}
