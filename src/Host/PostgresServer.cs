using System.Diagnostics;

namespace Mannam.Host;

/// <summary>The start of a PostgreSQL server on a cluster that is prepared. It outlives this program.</summary>
/// <param name="cluster">The cluster's folder.</param>
/// <param name="log">The file that takes what the server writes.</param>
/// <param name="account">Whom it runs as.</param>
internal sealed class PostgresServer(string cluster, string log, PostgresAccount account)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    // Not by pg_ctl, which pastes paths into a command line for a shell. Here they are arguments: no shell reads them. The session is the
    // server's own, out of Ctrl-C's reach.
    private static readonly string[] Detached = ["setsid", "/bin/sh", "-c", "exec \"$@\" < /dev/null >> \"$0\" 2>&1"];

    /// <summary>Starts the server, and waits until it takes connections, recovery included.</summary>
    /// <param name="patience">How long that may take. Then the server is ended.</param>
    /// <param name="ct">Gives up. A server that was begun is stopped.</param>
    /// <exception cref="InvalidOperationException">It does not start; the message says why.</exception>
    internal async Task<Postmaster> StartAsync(TimeSpan patience, CancellationToken ct)
    {
        var logged = new FileInfo(log).Length;
        var program = Path.Combine(PostgresBinaries.Find(cluster), "postgres");
        Posix.KeepDescriptorsFromChildren();
        using var process = account.Begin([.. Detached, log, program, "-D", cluster], "/");
        // Of what stands before the server: once the server runs, it writes to its log.
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var began = Stopwatch.GetTimestamp();
        while (!process.HasExited)
        {
            if (Postmaster.Find(cluster) is { IsReady: true } ready)
                return ready;
            if (ct.IsCancellationRequested || Stopwatch.GetElapsedTime(began) > patience)
            {
                await new Postmaster(process.Id, cluster, IsReady: false).StopAsync();
                ct.ThrowIfCancellationRequested();
                throw new InvalidOperationException($"PostgreSQL is not ready after {patience.TotalSeconds:0} s; see {log}.");
            }
            await Task.Delay(Glance, CancellationToken.None);
        }
        ct.ThrowIfCancellationRequested();
        throw new InvalidOperationException(
            $"PostgreSQL does not start; {log} says: {await LoggedSinceAsync(logged)}{await errors}".Trim()
        );
    }

    private async Task<string> LoggedSinceAsync(long position)
    {
        await using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = position;
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync();
    }
}
