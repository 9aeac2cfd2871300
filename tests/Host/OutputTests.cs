using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mannam.Host;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>The program neither waits for readers of stdout and stderr nor needs these streams.</summary>
public sealed class OutputTests : IAsyncDisposable
{
    private readonly Installed installed = new();
    private readonly int port = FreePort();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => installed.DisposeAsync();

    [LongFact]
    public async Task Rides_are_paid_and_the_stop_is_orderly_with_unread_output()
    {
        using var pipe = await FullPipeAsync();
        var up = Up("> \"$PIPE\" 2>&1");
        await up.ReadyAtAsync(port);
        await RideAsync(up, 1);

        // Every loop writes errors.
        await installed.KillPostgresAsync();
        await RideAsync(up, 2);

        Assert.Equal(0, (await up.EndAsync(Posix.Interrupt)).Status);
        Assert.Empty(installed.PostgresProcesses);
    }

    [Fact]
    public async Task A_gateway_does_not_wait_for_a_reader_of_its_output()
    {
        using var pipe = await FullPipeAsync();
        var gateway = installed.BeginBehind("> \"$PIPE\" 2>&1", "gateway", "taxi", "--port", $"{port}", "--set", "Host:Drain=0");

        await gateway.ReadyAtAsync(port);

        Assert.Equal(0, (await gateway.EndAsync(Posix.Interrupt)).Status);
    }

    [Fact]
    public async Task Rides_are_paid_although_the_reader_leaves_and_the_disk_is_full()
    {
        var pipe = await PipeAsync();
        var up = Up("> /dev/full 2> \"$PIPE\"");
        await up.ReadyAtAsync(port);
        await RideAsync(up, 1);

        pipe.Dispose();
        await installed.KillPostgresAsync();

        await RideAsync(up, 2);
    }

    [Theory]
    [LongData("<&-")]
    [LongData(">&-")]
    [LongData("2>&-")]
    [InlineData("<&- >&- 2>&-")]
    public async Task Rides_are_paid_with_closed_standard_descriptors(string closed)
    {
        var up = Up(closed);
        await up.ReadyAtAsync(port);
        await RideAsync(up, 1);

        var nowhere = Enumerable.Range(0, 3).Count(d => File.ResolveLinkTarget($"/proc/{up.Id}/fd/{d}", false)!.FullName == "/dev/null");
        Assert.Equal(closed.Count(c => c == '-'), nowhere);
        Assert.Equal(0, (await up.EndAsync(Posix.Interrupt)).Status);
    }

    private Running Up(string redirections) =>
        installed.BeginBehind(
            redirections,
            ["up", "--systems", "taxi", "--port", $"{port}", "--data", installed.Data, "--set", "Taxi:Catch:PaymentTimeout=10000"]
        );

    /// <summary>Requests a ride until PostgreSQL is back and it succeeds, and waits for its events.</summary>
    private static async Task RideAsync(Running up, int atLeast)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(50, Ct))
        {
            using var answer = await up.Http.RequestAsync();
            if (answer.StatusCode == HttpStatusCode.Created)
            {
                var id = answer.Headers.Location!.Segments[^1];
                Assert.True(int.Parse(id, System.Globalization.CultureInfo.InvariantCulture) >= atLeast);
                await up.Http.UntilAsync($"myPages/{id}", "status", "PaymentApproved");
                return;
            }
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(3), "PostgreSQL did not come back");
        }
    }

    /// <summary>A full pipe that is open: a write of one more byte would block.</summary>
    private async Task<IDisposable> FullPipeAsync()
    {
        var held = await PipeAsync();
        string[] bytes = ["if=/dev/zero", $"of={installed.Environment["PIPE"]}", "bs=1", "oflag=nonblock"];
        var filling = new ProcessStartInfo("dd", bytes) { RedirectStandardError = true };
        using var fill = Process.Start(filling)!;
        await fill.StandardError.ReadToEndAsync(Ct);
        await fill.WaitForExitAsync(Ct);
        return held;
    }

    private async Task<IDisposable> PipeAsync()
    {
        var path = installed.Environment["PIPE"] = Path.Combine(installed.Folder, "pipe");
        using (var made = Process.Start("mkfifo", [path]))
            await made.WaitForExitAsync(Ct);
        return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    internal static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
