// TEMPORARY: a stand-in until src/Host/PrivatePostgres.cs is there. Delete this file and reference ../src/Host then.
using System.Diagnostics;

namespace Mannam.Host;

/// <summary>A PostgreSQL of one's own, reached by a socket in its data folder.</summary>
public sealed class PrivatePostgres
{
    private const string Bin = "/usr/lib/postgresql/15/bin/";
    private readonly string cluster;

    private PrivatePostgres(string cluster, string socket)
    {
        this.cluster = cluster;
        ConnectionString = $"Host={socket};Username=postgres;Database=postgres";
    }

    /// <summary>The superuser's connection to the database <c>postgres</c>.</summary>
    public string ConnectionString { get; }

    /// <summary>Makes the cluster in the folder when there is none, and starts it.</summary>
    public static async Task<PrivatePostgres> StartAsync(
        string dataFolder,
        int maxConnections,
        Action<string> progress,
        CancellationToken ct
    )
    {
        Directory.CreateDirectory(dataFolder);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", ["postgres", dataFolder], ct);
        }
        var cluster = System.IO.Path.Combine(dataFolder, "cluster");
        progress("creating and starting a private PostgreSQL");
        if (!File.Exists(System.IO.Path.Combine(cluster, "PG_VERSION")))
        {
            await AsServerAsync([Bin + "initdb", "-D", cluster, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"], ct);
        }
        var options = $"-c listen_addresses= -c unix_socket_directories={dataFolder} -c max_connections={maxConnections}";
        await AsServerAsync([Bin + "pg_ctl", "start", "-w", "-D", cluster, "-l", dataFolder + "/log", "-o", options], ct);
        return new PrivatePostgres(cluster, dataFolder);
    }

    /// <summary>Stops the cluster.</summary>
    public Task StopAsync() => AsServerAsync([Bin + "pg_ctl", "stop", "-w", "-m", "fast", "-D", cluster], CancellationToken.None);

    private static Task AsServerAsync(string[] command, CancellationToken ct) =>
        Environment.IsPrivilegedProcess
            ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", .. command], ct)
            : RunAsync(command[0], command[1..], ct);

    private static async Task RunAsync(string file, string[] arguments, CancellationToken ct)
    {
        // Output to /dev/null by the shell: the server inherits it, and a pipe would never end.
        string[] all = ["-c", "exec \"$0\" \"$@\" >/dev/null", file, .. arguments];
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", all) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{file} ended with {process.ExitCode}");
        }
    }
}
