using System.Diagnostics;

namespace Mannam.Host;

/// <summary>A stand-in until the real class arrives: a throw-away server in /tmp, for tests run as root.</summary>
public sealed class PrivatePostgres
{
    private const string Binaries = "/usr/lib/postgresql/15/bin";
    private readonly string _folder;

    private PrivatePostgres(string folder) => _folder = folder;

    public string ConnectionString => $"Host={_folder};Port=5432;Username=postgres;Database=postgres";

    public static async Task<PrivatePostgres> StartAsync(
        string dataFolder,
        int maxConnections,
        Action<string> progress,
        CancellationToken ct
    )
    {
        await RunAsync("install", ["-d", "-m", "711", "-o", "postgres", dataFolder], ct);
        var data = Path.Combine(dataFolder, "data");
        await AsPostgresAsync(["initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8"], ct);
        var options = $"-c listen_addresses= -c unix_socket_directories={dataFolder} -c fsync=off -c max_connections={maxConnections}";
        await AsPostgresAsync(["pg_ctl", "-D", data, "-w", "-l", Path.Combine(dataFolder, "log"), "-o", options, "start"], ct);
        return new(dataFolder);
    }

    public async Task StopAsync()
    {
        await AsPostgresAsync(["pg_ctl", "-D", Path.Combine(_folder, "data"), "-m", "immediate", "stop"], CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    private static Task AsPostgresAsync(string[] command, CancellationToken ct) =>
        RunAsync(
            "setpriv",
            ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", $"{Binaries}/{command[0]}", .. command[1..]],
            ct
        );

    private static async Task RunAsync(string program, string[] arguments, CancellationToken ct)
    {
        // Not redirected: the server would inherit the pipes, and they would never end.
        using var run = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = "/tmp" })!;
        await run.WaitForExitAsync(ct);
        if (run.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {run.ExitCode}.");
        }
    }
}
