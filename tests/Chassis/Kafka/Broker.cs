using System.Diagnostics;

namespace Mannam.Tests.Chassis.Kafka;

/// <summary>A real Kafka broker from the folder <c>shared/kafka</c> beside the checkout, with its own data folder.</summary>
internal sealed class Broker(string folder) : IAsyncDisposable
{
    private static readonly string? Scripts = Find();
    private Process? _watch;

    /// <summary>Whether the folder <c>shared/kafka</c> exists.</summary>
    public static bool IsHere => Scripts is not null;

    public string Bootstrap => File.ReadAllText(Path.Combine(folder, "bootstrap")).Trim();

    /// <summary>Starts the broker. After a stop or a kill it starts on the same port, with the same data.</summary>
    /// <param name="port">The port of the first start; null for a free one.</param>
    public async Task StartAsync(int? port = null)
    {
        await RunAsync("start", [folder, .. port is null ? Array.Empty<string>() : [$"{port}"]]);
        // A broker runs in its own session. If the tests die, this process stops it.
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

    /// <summary>Stops the broker in order.</summary>
    public Task StopAsync() => RunAsync("stop", folder);

    /// <summary>Copies the data. The broker must be stopped.</summary>
    public void BackUp() => Copy("data", "backup");

    /// <summary>Restores the data from the copy. The broker must be stopped.</summary>
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

    /// <summary>Changes the port. The broker must be stopped.</summary>
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

    /// <summary>Kills the broker, like a crash.</summary>
    public Task KillAsync() => RunAsync("stop", folder, "KILL");

    private static async Task RunAsync(string script, params string[] arguments)
    {
        // Output must not go into a pipe: the broker would inherit the pipe and hold it open.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" > /dev/null", "sh", Path.Combine(Scripts!, script), .. arguments])
        {
            Environment = { ["KAFKA_HEAP"] = "256m" },
        };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{script} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    // The folder lies beside the checkout that the tests were built from.
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
