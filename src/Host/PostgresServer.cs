using System.Diagnostics;

namespace Mannam.Host;

/// <summary>Starts a PostgreSQL server on a prepared cluster. The server outlives this program.</summary>
/// <param name="cluster">The cluster's folder.</param>
/// <param name="log">The file for the server's output.</param>
/// <param name="account">The account to run it as.</param>
internal sealed class PostgresServer(string cluster, string log, PostgresAccount account)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    // Not pg_ctl, which inserts paths into a shell's command line. Here they are arguments, which no shell interprets. The server has its own session, so
    // Ctrl-C does not reach it.
    private static readonly string[] Detached = ["setsid", "/bin/sh", "-c", "exec \"$@\" < /dev/null >> \"$0\" 2>&1"];

    /// <summary>Starts the server, and waits until it accepts connections, including recovery.</summary>
    /// <param name="patience">The time limit. After it the server is ended.</param>
    /// <param name="ct">Cancels, and stops a server that was started.</param>
    /// <exception cref="InvalidOperationException">The server does not start; the message gives the reason.</exception>
    internal async Task<Postmaster> StartAsync(TimeSpan patience, CancellationToken ct)
    {
        var logged = new FileInfo(log).Length;
        var program = Path.Combine(PostgresBinaries.Find(cluster), "postgres");
        Posix.KeepDescriptorsFromChildren();
        using var process = account.Begin([.. Detached, log, program, "-D", cluster], "/");
        // Errors of the programs before the server: once the server runs, it writes to its log.
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
