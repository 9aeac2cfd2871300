using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mannam.Tests.Chassis.Gateway;

/// <summary>How in-process calls fail.</summary>
public sealed class HandlerEndTests
{
    [Fact]
    public async Task A_caller_may_give_up_and_the_callee_is_signalled_and_runs_to_its_end()
    {
        var (reached, heard, go, ended) = (new Signal(), new Signal(), new Signal(), new Signal());
        await using var service = await Service.StartAsync(
            "payment",
            app =>
                app.MapPost(
                    "/approve",
                    async (HttpContext c) =>
                    {
                        c.RequestAborted.Register(heard.SetResult);
                        reached.SetResult();
                        await go.Task;
                        var body = await new StreamReader(c.Request.Body).ReadToEndAsync();
                        await c.Response.WriteAsync(new string('x', 200_000), CancellationToken.None);
                        ended.SetResult(body);
                    }
                )
        );
        using var client = HandlerTests.Client(service);
        using var hangup = CancellationTokenSource.CreateLinkedTokenSource(House.Token);
        var call = client.PostAsync("/approve", new StringContent("five"), hangup.Token);
        await reached.Task;
        await hangup.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(10), House.Token);
        Assert.Equal(1, service.Server.InProgress);
        go.SetResult();
        Assert.Equal("five", await ended.Task.WaitAsync(TimeSpan.FromSeconds(10), House.Token));
        await service.Server.StopAsync(House.Token);
        Assert.Equal(0, service.Server.InProgress);
    }

    [Fact]
    public async Task The_clients_timeout_applies_to_in_process_calls()
    {
        var heard = new Signal();
        await using var service = await Service.StartAsync("payment", app => app.MapGet("/mute", (HttpContext c) => Signal.Mute(c, heard)));
        using var client = HandlerTests.Client(service);
        client.Timeout = TimeSpan.FromMilliseconds(50);
        var late = await Assert.ThrowsAsync<TaskCanceledException>(() => client.GetAsync("/mute", House.Token));
        Assert.IsType<TimeoutException>(late.InnerException);
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(10), House.Token);
    }

    [Theory]
    [InlineData("/throw")]
    [InlineData("/abort")]
    public async Task A_missing_answer_is_reported_as_a_connection_that_ended(string path)
    {
        await using var service = await Service.StartAsync(
            "payment",
            app =>
            {
                app.MapGet("/throw", () => new Func<string>(() => throw new InvalidOperationException("broken"))());
                app.MapGet("/abort", (HttpContext c) => c.Abort());
            }
        );
        using var client = HandlerTests.Client(service);
        var ended = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(path, House.Token));
        Assert.Equal(HttpRequestError.ResponseEnded, ended.HttpRequestError);
        await service.Server.StopAsync(House.Token);
        Assert.Equal(0, service.Server.InProgress);
    }

    [Fact]
    public async Task An_answer_cut_off_in_its_body_fails_while_it_is_read()
    {
        await using var service = await Service.StartAsync(
            "payment",
            app =>
                app.MapGet(
                    "/half",
                    async (HttpContext c) =>
                    {
                        await c.Response.WriteAsync("half", House.Token);
                        throw new InvalidOperationException("broken");
                    }
                )
        );
        using var client = HandlerTests.Client(service);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/half", House.Token));
    }

    [Fact]
    public async Task A_callee_streams_its_answer_and_notices_when_the_caller_hangs_up()
    {
        var (heard, next) = (new Signal(), new Signal());
        await using var service = await Service.StartAsync(
            "payment",
            app =>
                app.MapGet(
                    "/stream",
                    async (HttpContext c) =>
                    {
                        await c.Response.WriteAsync("one\n", House.Token);
                        await next.Task;
                        await c.Response.WriteAsync("two\n", House.Token);
                        await Signal.Mute(c, heard);
                    }
                )
        );
        using var client = HandlerTests.Client(service);
        var answer = await client.GetAsync("/stream", HttpCompletionOption.ResponseHeadersRead, House.Token);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(House.Token));
        Assert.Equal("one", await reader.ReadLineAsync(House.Token));
        next.SetResult();
        Assert.Equal("two", await reader.ReadLineAsync(House.Token));
        answer.Dispose();
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(10), House.Token);
    }
}
