using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mannam.Host;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>Nothing waits for whoever reads stdout and stderr, and nothing needs them.</summary>
public sealed class OutputTests : IAsyncDisposable
{
    private readonly Installed installed = new();
    private readonly int port = FreePort();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => installed.DisposeAsync();

    [LongFact]
    public async Task Rides_are_paid_and_it_stops_in_order_though_nobody_reads_what_it_writes()
    {
        using var pipe = await FullPipeAsync();
        var up = Up("> \"$PIPE\" 2>&1");
        await up.ReadyAtAsync(port);
        await RideAsync(up, 1);

        // Every loop complains.
        await installed.KillPostgresAsync();
        await RideAsync(up, 2);

        Assert.Equal(0, (await up.EndAsync(Posix.Interrupt)).Status);
        Assert.Empty(installed.PostgresProcesses);
    }

    [Fact]
    public async Task Nor_does_a_gateway_wait()
    {
        using var pipe = await FullPipeAsync();
        var gateway = installed.BeginBehind("> \"$PIPE\" 2>&1", "gateway", "taxi", "--port", $"{port}", "--set", "Host:Drain=0");

        await gateway.ReadyAtAsync(port);

        Assert.Equal(0, (await gateway.EndAsync(Posix.Interrupt)).Status);
    }

    [Fact]
    public async Task A_reader_who_leaves_and_a_full_disk_change_nothing()
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
    public async Task Closed_descriptors_are_nobodys_and_hinder_nothing(string closed)
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

    /// <summary>A ride is granted, as soon as PostgreSQL is there, and its events come through.</summary>
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

    /// <summary>A pipe that is open and holds all that it can: who writes one byte more waits.</summary>
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
