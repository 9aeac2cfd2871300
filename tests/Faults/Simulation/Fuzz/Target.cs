using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Mannam.Host;
using Mannam.Testing;

namespace Mannam.Simulation.Fuzz;

/// <summary>The program under test: <c>mannam up</c>, a process of its own.</summary>
internal sealed class Target : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly Process process;
    private readonly StringBuilder written = new();
    private readonly Task reading;

    private Target(Process process)
    {
        this.process = process;
        reading = Task.WhenAll(ReadAsync(process.StandardOutput.BaseStream), ReadAsync(process.StandardError.BaseStream));
        Http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAsync });
    }

    /// <summary>Where it answers.</summary>
    public IPEndPoint Address { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>A well-behaved client, which gets there whatever its addresses say.</summary>
    public HttpMessageInvoker Http { get; }

    /// <summary>Its resident memory in MB.</summary>
    public double Megabytes =>
        double.Parse(
            File.ReadLines($"/proc/{process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(':')[1][..^3],
            CultureInfo.InvariantCulture
        ) / 1024;

    public bool IsRunning => !process.HasExited;

    /// <summary>All that it has written, to both of its outputs.</summary>
    public string Written
    {
        get
        {
            lock (written)
                return written.ToString();
        }
    }

    /// <summary>Starts it, and waits until it is ready.</summary>
    public static async Task<Target> StartAsync(
        SimulatedBusiness business,
        string server,
        string prefix,
        string folder,
        CancellationToken ct
    )
    {
        var dotnet = Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        var settings = business
            .Settings.Append(new("Host:DatabasePrefix", prefix))
            .SelectMany(s => new[] { "--set", $"{s.Key}={s.Value}" });
        var start = new ProcessStartInfo(
            dotnet,
            [
                .. new[] { Path.Combine(AppContext.BaseDirectory, "mannam.dll"), "up", "--systems", business.System.Name },
                .. new[] { "--port", "0", "--data", Path.Combine(folder, "data"), "--postgres", server },
                .. settings,
            ]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("mannam", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        var target = new Target(Process.Start(start)!);
        try
        {
            await target.ReadyAsync(ct);
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
        return target;
    }

    private async Task ReadyAsync(CancellationToken ct)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(20, ct))
        {
            if (Written.Split('\n').SkipLast(1).FirstOrDefault(l => l.StartsWith("ready ", StringComparison.Ordinal)) is { } line)
            {
                Address.Port = new Uri(line["ready ".Length..]).Port;
                return;
            }
            if (!IsRunning || Stopwatch.GetElapsedTime(began) > Patience)
                throw new SimulatorException($"it was not ready: {Written}");
        }
    }

    /// <summary>What is shown at a path; null where there is nothing.</summary>
    public Task<JsonNode?> ShownAsync(string path) => Records.ShownAsync(Http, path);

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Address, ct);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task ReadAsync(Stream pipe)
    {
        var buffer = new byte[4096];
        while (await pipe.ReadAsync(buffer) is > 0 and var read)
        {
            lock (written)
                written.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (IsRunning)
            Posix.Signal(process.Id, Posix.Interrupt);
        if (!process.WaitForExit(TimeSpan.FromSeconds(30)))
            process.Kill();
        await reading;
        process.Dispose();
    }
}
