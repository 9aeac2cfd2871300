using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mannam.Bench.Stand;

/// <summary>One of the two compared programs. It serves the documents' paths on loopback.</summary>
internal sealed class Side : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Process process;
    private readonly Queue<string> lastLines = new();

    private Side(string name, string root, Process process)
    {
        (Name, Root) = (name, root);
        this.process = process;
        Endpoint = new IPEndPoint(IPAddress.Loopback, 0);
    }

    /// <summary>The column's heading.</summary>
    internal string Name { get; }

    /// <summary>The prefix of the documents' paths: nothing, or <c>/taxi</c>.</summary>
    internal string Root { get; }

    /// <summary>Its address.</summary>
    internal IPEndPoint Endpoint { get; private set; }

    /// <summary>Starts the program and waits for its line <c>ready http://…</c>.</summary>
    /// <param name="name">The column's heading.</param>
    /// <param name="root">The prefix of the documents' paths.</param>
    /// <param name="start">The program; <c>MANNAM_DIAGNOSTICS=1</c> is added to its environment.</param>
    /// <param name="patience">The time limit of its start.</param>
    /// <param name="ct">Cancels.</param>
    internal static async Task<Side> StartAsync(string name, string root, ProcessStartInfo start, TimeSpan patience, CancellationToken ct)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment["MANNAM_DIAGNOSTICS"] = "1";
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start };
        var side = new Side(name, root, process);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text && text.StartsWith("ready http://", StringComparison.Ordinal))
            {
                ready.TrySetResult(text["ready ".Length..].Trim());
            }
            side.Keep(line.Data);
        };
        process.ErrorDataReceived += (_, line) => side.Keep(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => ready.TrySetException(new BenchmarkFailedException($"{name} ended before it was ready"));
        var began = Stopwatch.GetTimestamp();
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            var url = new Uri(await ready.Task.WaitAsync(patience, ct));
            side.StartedIn = Stopwatch.GetElapsedTime(began);
            side.Endpoint = new IPEndPoint(IPAddress.Loopback, url.Port);
            return side;
        }
        catch (Exception failed)
        {
            await side.DisposeAsync();
            if (failed is OperationCanceledException)
            {
                throw;
            }
            throw new BenchmarkFailedException($"{name} did not start: {failed.Message}\n{side.Tail()}", failed);
        }
    }

    /// <summary>Its last lines of output, for an error message.</summary>
    internal string Tail()
    {
        lock (lastLines)
        {
            return string.Join('\n', lastLines.Select(line => $"  {Name}| {line}"));
        }
    }

    /// <summary>Its process id.</summary>
    internal int ProcessId => process.Id;

    /// <summary>The time from its start until it was ready.</summary>
    internal TimeSpan StartedIn { get; private set; }

    /// <summary>CPU seconds of the program and its descendants so far.</summary>
    internal double CpuSeconds() => ProcessTree.CpuSeconds(process.Id);

    /// <summary>Its counters (see <see cref="Host.Diagnostics"/>); NaN if it has none.</summary>
    internal async Task<(double AllocatedBytes, double RoundTrips)> DiagnosticsAsync(CancellationToken ct)
    {
        using var answer = await Http.GetAsync(new Uri($"http://{Endpoint}{Host.Diagnostics.Path}"), ct);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            return (double.NaN, double.NaN);
        }
        using var json = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(ct), cancellationToken: ct);
        return (json.RootElement.GetProperty("allocatedBytes").GetInt64(), json.RootElement.GetProperty("roundTrips").GetInt64());
    }

    /// <summary>Stops it by SIGTERM, and kills it if it has not stopped after 30 s.</summary>
    public async ValueTask DisposeAsync()
    {
        const int SIGTERM = 15;
        if (!process.HasExited)
        {
            _ = Kill(process.Id, SIGTERM);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync($"{Name} did not stop within 30 s of SIGTERM and was killed");
                process.Kill(entireProcessTree: true);
            }
        }
        process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }
        lock (lastLines)
        {
            lastLines.Enqueue(line);
            if (lastLines.Count > 40)
            {
                lastLines.Dequeue();
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
