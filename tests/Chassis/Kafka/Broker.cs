using System.Diagnostics;

namespace Mannam.Tests.Chassis.Kafka;

/// <summary>A real Kafka broker, of the folder <c>shared/kafka</c> beside the checkout, with its data in a folder of its own.</summary>
internal sealed class Broker(string folder) : IAsyncDisposable
{
    private static readonly string? Scripts = Find();
    private Process? _watch;

    /// <summary>Whether there is that folder here.</summary>
    public static bool IsHere => Scripts is not null;

    public string Bootstrap => File.ReadAllText(Path.Combine(folder, "bootstrap")).Trim();

    /// <summary>Starts it, also again after a stop or a kill: on the same port, with the same data.</summary>
    /// <param name="port">For its first start; a free one unless given.</param>
    public async Task StartAsync(int? port = null)
    {
        await RunAsync("start", [folder, .. port is null ? Array.Empty<string>() : [$"{port}"]]);
        // A broker is a session of its own: without us it would run for ever.
        _watch ??= Process.Start(
            new ProcessStartInfo(
                "setsid",
                [
                    "sh",
                    "-c",
                    """while kill -0 "$1" 2> /dev/null; do sleep 2; done; [ ! -d "$3" ] || { "$2/stop" "$3" KILL; rm -rf "$3"; }""",
                    "sh",
                    $"{Environment.ProcessId}",
                    Scripts!,
                    folder,
                ]
            )
        );
    }

    /// <summary>Ends it in order.</summary>
    public Task StopAsync() => RunAsync("stop", folder);

    /// <summary>Keeps a copy of its data, while it is stopped.</summary>
    public void BackUp() => Copy("data", "backup");

    /// <summary>Its data are those of the copy again, while it is stopped.</summary>
    public void Restore()
    {
        Directory.Delete(Path.Combine(folder, "data"), recursive: true);
        Copy("backup", "data");
    }

    private void Copy(string from, string to)
    {
        using var copy = Process.Start("cp", ["-r", Path.Combine(folder, from), Path.Combine(folder, to)]);
        copy.WaitForExit();
        if (copy.ExitCode != 0)
            throw new InvalidOperationException($"{from} could not be copied to {to}");
    }

    /// <summary>Moves it to another port, while it is stopped.</summary>
    public void Move(int port)
    {
        var settings = Path.Combine(folder, "server.properties");
        var old = Bootstrap;
        File.WriteAllText(
            settings,
            File.ReadAllText(settings).Replace($"PLAINTEXT://{old}", $"PLAINTEXT://127.0.0.1:{port}", StringComparison.Ordinal)
        );
        File.WriteAllText(Path.Combine(folder, "bootstrap"), $"127.0.0.1:{port}\n");
    }

    /// <summary>Ends it as a crash would.</summary>
    public Task KillAsync() => RunAsync("stop", folder, "KILL");

    private static async Task RunAsync(string script, params string[] arguments)
    {
        // Not into a pipe: the broker would inherit and hold it.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" > /dev/null", "sh", Path.Combine(Scripts!, script), .. arguments])
        {
            Environment = { ["KAFKA_HEAP"] = "256m" },
        };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{script} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    // Beside the checkout that these tests were built in.
    private static string? Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Mannam.slnx")))
            folder = folder.Parent;
        var scripts = folder is null ? null : Path.GetFullPath(Path.Combine(folder.FullName, "../shared/kafka"));
        return File.Exists($"{scripts}/start") ? scripts : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
        {
            _watch.Kill(entireProcessTree: true);
            await _watch.WaitForExitAsync();
            _watch.Dispose();
        }
        await KillAsync();
        Directory.Delete(folder, recursive: true);
    }
}
