using System.Net.Sockets;
using Mannam.Host;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>More connections than the process may open files.</summary>
public sealed class OpenFilesTests
{
    [Fact]
    public void The_connection_limit_follows_the_open_file_limit_and_is_reported()
    {
        Assert.Equal((10_000, null), OpenFiles.Of(limit: 20_000, configured: 10_000, own: 200, each: 1));
        var (connections, said) = OpenFiles.Of(limit: 512, configured: 10_000, own: 200, each: 2);
        Assert.Equal(156, connections);
        Assert.Contains("at most 156 connections", said, StringComparison.Ordinal);
        Assert.Throws<InstallationException>(() => OpenFiles.Of(limit: 231, configured: 10_000, own: 200, each: 1));
    }

    [Fact]
    public async Task An_open_file_limit_that_is_too_low_ends_the_start_with_a_sentence()
    {
        await using var installed = new Installed { OpenFiles = "300" };

        var ended = await installed.Begin("gateway", "taxi", "--port", "0").EndAsync();

        Assert.Equal(1, ended.Status);
        Assert.Contains("the limit of open files is 300, but at least", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [LongData("up")]
    [InlineData("gateway")]
    public async Task Silent_connections_beyond_the_limit_do_not_stop_the_process(string command)
    {
        await using var installed = new Installed { OpenFiles = "512" };
        var running = installed.Begin(
            command == "up" ? ["up", "--systems", "taxi", "--port", "0", "--data", installed.Data] : ["gateway", "taxi", "--port", "0"]
        );
        await running.ReadyAsync();
        await running.SaysAsync("the limit of open files is 512");
        var address = running.Http.BaseAddress!;
        var silent = Enumerable.Range(0, 600).Select(_ => new TcpClient()).ToList();
        foreach (var client in silent)
            await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        // One client gets only a share of the connections. So others are served even before the silent ones are closed after 10 s.
        using (var other = new SocketsHttpHandler { ConnectCallback = async (_, ct) => await FromAsync("127.0.0.2", address, ct) })
        using (var http = new HttpClient(other) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(5) })
            Assert.Equal(200, (int)(await http.GetAsync("health/live", TestContext.Current.CancellationToken)).StatusCode);

        silent.ForEach(c => c.Dispose());

        await ServesAgainAsync(running.Http);
        Assert.Equal(0, (await running.EndAsync(Posix.Interrupt)).Status);
    }

    private static async Task<Stream> FromAsync(string own, Uri address, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Parse(own), 0));
        await socket.ConnectAsync(address.Host, address.Port, ct);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task ServesAgainAsync(HttpClient http)
    {
        for (var began = Environment.TickCount64; ; await Task.Delay(50))
        {
            try
            {
                if ((await http.GetAsync("health/ready", TestContext.Current.CancellationToken)).IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (Environment.TickCount64 - began < 30_000) { }
        }
    }
}
