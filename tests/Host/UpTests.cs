using System.Diagnostics;
using System.Net;
using Mannam.Host;
using Xunit;

namespace Mannam.Tests.Host;

public sealed class UpTests : IAsyncDisposable
{
    private const int Terminate = 15;
    private readonly Installed installed = new();

    public ValueTask DisposeAsync() => installed.DisposeAsync();

    [Fact]
    public async Task Up_writes_one_line_to_stdout_once_everything_answers()
    {
        var up = await installed.UpAnewAsync();

        Assert.Equal(HttpStatusCode.OK, (await up.Http.AskAsync("health/ready")).StatusCode);
        Assert.NotNull(await up.Http.FindAsync("catches"));
        Assert.NotNull(await up.Http.FindAsync("taxi/catches"));
        var ended = await up.EndAsync(Terminate);

        Assert.Matches(@"^ready http://127\.0\.0\.1:[0-9]+\n$", ended.Out);
    }

    [Theory]
    [InlineData(Terminate)]
    [LongData(Posix.Interrupt)]
    public async Task A_signal_stops_the_program_with_status_0_and_the_next_start_has_all_data(int signal)
    {
        var first = await installed.UpAsync();
        await first.Http.RequestedAsync();
        await first.Http.UntilAsync("myPages/1", "status", "PaymentApproved");
        var began = Stopwatch.GetTimestamp();

        var ended = await first.EndAsync(signal);

        Assert.Equal(0, ended.Status);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
        Assert.Empty(installed.PostgresProcesses);
        var second = await installed.UpAsync();
        await second.Http.UntilAsync("myPages/1", "customer", "Peter");
        Assert.NotNull(await second.Http.FindAsync("catchReqLists/1"));
        Assert.Equal(["charge"], await second.Http.LedgerAsync(1));
        await second.Http.RequestedAsync();
        Assert.NotNull(await second.Http.FindAsync("catches/2"));
    }

    [Theory]
    [LongData("creating the database cluster")]
    [LongData("starting PostgreSQL")]
    [InlineData("starting taxi")]
    public async Task A_signal_during_the_start_stops_the_program_in_order_with_status_0(string moment)
    {
        var up = installed.Begin("up", "--systems", "taxi", "--port", "0", "--data", installed.Data);
        await up.SaysAsync(moment);

        var ended = await up.EndAsync(Terminate);

        Assert.Equal(0, ended.Status);
        Assert.Equal("", ended.Out);
        Assert.Empty(installed.PostgresProcesses);
    }

    [Fact]
    public async Task A_request_under_way_is_answered_after_the_signal()
    {
        var up = await installed.UpAsync();
        await up.Http.DelayAsync(500);
        var request = up.Http.RequestAsync();
        // A recorded request is under way.
        await up.Http.UntilAsync("catches/1", "status", "requested");

        var ended = await up.EndAsync(Terminate);

        Assert.Equal(HttpStatusCode.Created, (await request).StatusCode);
        Assert.Equal(0, ended.Status);
    }

    [Fact]
    public async Task A_second_up_on_the_same_folder_is_refused_and_does_no_harm()
    {
        var up = await installed.UpAsync();

        var second = await installed.RunAsync("up", "--port", "0");

        Assert.Equal(1, second.Status);
        Assert.Contains($"an installation already runs on {installed.Data}", second.Error, StringComparison.Ordinal);
        await up.Http.RequestedAsync();
    }

    [Fact]
    public async Task A_taken_port_is_reported_and_PostgreSQL_is_stopped()
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var ended = await installed.RunAsync("up", "--systems", "taxi", "--port", $"{port}");

        Refused.With(ended, $"port {port}");
        Assert.Empty(installed.PostgresProcesses);
    }
}
