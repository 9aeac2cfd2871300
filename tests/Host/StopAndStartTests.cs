using System.Net;
using Xunit;

namespace Mannam.Tests.Host;

public sealed class StopAndStartTests : IAsyncDisposable
{
    private readonly Installed installed = new();

    public ValueTask DisposeAsync() => installed.DisposeAsync();

    [Fact]
    public async Task A_stopped_service_answers_503_and_handles_waiting_events_once_started()
    {
        var up = await installed.UpAsync();

        Assert.Equal(new Ended(0, "", ""), await installed.RunAsync("stop", "taxi.pickup"));

        using var refused = await up.Http.AskAsync("pickUps");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        using var list = await up.Http.AskAsync("taxi/catchReqLists");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, list.StatusCode);
        await up.Http.RequestedAsync();
        await up.Http.UntilAsync("myPages/1", "status", "PaymentApproved");

        Assert.Equal(new Ended(0, "", ""), await installed.RunAsync("start", "taxi.pickup"));

        Assert.Equal(HttpStatusCode.OK, (await up.Http.AskAsync("pickUps")).StatusCode);
        await up.Http.UntilAsync("catchReqLists/1", "destination", "Seoul");
        Assert.Equal(HttpStatusCode.Created, (await up.Http.TakeAsync(1)).StatusCode);
        await up.Http.UntilAsync("myPages/1", "driver", "Speedmate");
    }

    [LongFact]
    public async Task A_request_fails_while_payment_is_stopped_and_succeeds_after_its_start()
    {
        var up = await installed.UpAsync();
        await installed.RunAsync("stop", "taxi.payment");

        using var failed = await up.Http.RequestAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        Assert.Equal("Cancel", (string?)(await up.Http.FindAsync("catches/1"))!["status"]);

        await installed.RunAsync("start", "taxi.payment");
        await up.Http.RequestedAsync();
    }

    [LongFact]
    public async Task A_repeated_stop_or_start_changes_nothing_and_up_starts_all_services()
    {
        var up = await installed.UpAsync();
        Assert.Equal(0, (await installed.RunAsync("start", "taxi.mypage")).Status);
        Assert.Equal(0, (await installed.RunAsync("stop", "taxi.mypage")).Status);
        Assert.Equal(0, (await installed.RunAsync("stop", "taxi.mypage")).Status);
        Assert.Equal(0, (await up.EndAsync(15)).Status);

        up = await installed.UpAsync();

        Assert.Equal(HttpStatusCode.OK, (await up.Http.AskAsync("myPages")).StatusCode);
    }

    [Fact]
    public async Task A_request_under_way_is_answered_before_its_service_is_stopped()
    {
        var up = await installed.UpAsync();
        await up.Http.DelayAsync(500);
        var request = up.Http.RequestAsync();
        await up.Http.UntilAsync("catches/1", "status", "requested");

        Assert.Equal(0, (await installed.RunAsync("stop", "taxi.catch")).Status);

        Assert.True(request.IsCompleted);
        Assert.Equal(HttpStatusCode.Created, (await request).StatusCode);
    }

    [Fact]
    public async Task Stop_and_start_report_an_unknown_service_or_no_running_installation()
    {
        Refused.With(await installed.RunAsync("stop", "taxi.pickup"), $"there is no installation in {installed.Data}");
        Assert.False(Directory.Exists(installed.Data));
        var up = await installed.UpAsync();
        Refused.With(await installed.RunAsync("stop", "taxi.nosuch"), "there is no service taxi.nosuch");
        Refused.With(await installed.RunAsync("start", "nosuch/x"), "there is no service nosuch/x");
        await up.EndAsync(15);

        Refused.With(await installed.RunAsync("stop", "taxi.pickup"), $"no installation runs on {installed.Data}");
    }

    [Fact]
    public async Task A_stop_after_a_kill_reports_that_no_installation_runs()
    {
        var up = await installed.UpAsync();
        await up.EndAsync(9);

        Refused.With(await installed.RunAsync("stop", "taxi.pickup"), "no installation runs");
    }
}
