using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Mannam.Host;

/// <summary>
/// A running PostgreSQL server, as its <c>postmaster.pid</c> describes it. <c>Folder</c> is the cluster's path as given to the server; <c>IsReady</c>
/// means that it accepts connections.
/// </summary>
internal sealed record Postmaster(int ProcessId, string Folder, bool IsReady)
{
    private static readonly (int Signal, TimeSpan Patience)[] Orders =
    [
        (Posix.Interrupt, TimeSpan.FromSeconds(20)),
        (Posix.Quit, TimeSpan.FromSeconds(3)),
        (Posix.KillAtOnce, TimeSpan.FromSeconds(2)),
    ];
    private const int LongestPath = 4096;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>The server that runs in this folder, or <see langword="null"/>. The file alone proves nothing, because it outlives a killed server.</summary>
    internal static Postmaster? Find(string cluster) => Read(cluster) is { } it && it.IsAlive && IsSame(it.Folder, cluster) ? it : null;

    /// <summary>
    /// Removes the files that a killed server left. If another process has its number by now (after a reboot, in a container), or if it is a zombie,
    /// PostgreSQL would consider it alive and refuse to start.
    /// </summary>
    /// <param name="cluster">A cluster without a running server.</param>
    /// <param name="sockets">The folder of its socket, which no other server uses.</param>
    internal static void ForgetStale(string cluster, string sockets)
    {
        if (Read(cluster) is { IsAlive: true })
            return;
        File.Delete(FileOf(cluster));
        File.Delete(Path.Combine(sockets, $".s.PGSQL.{PostgresSettings.Port}.lock"));
    }

    /// <summary>
    /// Whether the process of that number is a server on that folder. Everybody can read a command line, even where root may not trace others. A process
    /// that has ended but was not waited for has none.
    /// </summary>
    internal bool IsAlive => FolderOf(ProcessId) is { Length: > 0 } folder && folder == Folder;

    /// <summary>
    /// Stops the server: it ends connections and writes everything (at most 20 s). If that fails it is shut down immediately, and if that fails too it is
    /// killed.
    /// </summary>
    /// <exception cref="TimeoutException">The server still runs.</exception>
    // The same signals as pg_ctl, but without a child process that a second Ctrl-C would end.
    internal async Task StopAsync()
    {
        foreach (var (signal, patience) in Orders)
        {
            if (!IsAlive)
                return;
            Posix.Signal(ProcessId, signal);
            var sent = Stopwatch.GetTimestamp();
            while (IsAlive && Stopwatch.GetElapsedTime(sent) < patience)
                await Task.Delay(Glance);
        }
        if (IsAlive)
            throw new TimeoutException($"PostgreSQL (process {ProcessId}) does not end.");
    }

    /// <summary>
    /// Backends that outlived a killed server. They hold its shared memory, so no new server can start. They are found by the setting
    /// <c>cluster_name</c>, which every backend shows in its title.
    /// </summary>
    internal static List<int> Orphans(string clusterName, uint account) =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && CommandLine(id).StartsWith($"postgres: {clusterName}: ", StringComparison.Ordinal))
            .Where(id => Posix.Identify($"/proc/{id}")?.Owner == account)
            .ToList();

    private static Postmaster? Read(string cluster)
    {
        try
        {
            // Lines: process, folder, start time, port, socket folder, TCP address, shared memory, status. The folder's name may contain line breaks, which
            // PostgreSQL does not escape, so it is compared with the command line.
            var text = File.ReadAllText(FileOf(cluster));
            var lines = text.Split('\n');
            if (!int.TryParse(lines[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var process))
                return null;
            var folder = FolderOf(process);
            var wroteIt = text.AsSpan(Math.Min(lines[0].Length + 1, text.Length)).StartsWith(folder + "\n") || IsSame(folder, cluster);
            return new(process, wroteIt ? folder : "", lines.ElementAtOrDefault(7)?.Trim() == "ready");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Empty if it is no server, or no running one.
    private static string FolderOf(int process) =>
        CommandLine(process).Split('\0').SkipWhile(argument => argument != "-D").Skip(1).FirstOrDefault() ?? "";

    private static string FileOf(string cluster) => Path.Combine(cluster, "postmaster.pid");

    private static bool IsSame(string one, string other) =>
        Posix.Identify(one) is { } first && Posix.Identify(other) is { } second && first.IsSameFileAs(second);

    private static string CommandLine(int process)
    {
        try
        {
            // A running server is checked ten times a second. .NET's reader would allocate 9 KB each time.
            using var file = File.OpenHandle($"/proc/{process}/cmdline");
            Span<byte> text = stackalloc byte[2 * LongestPath];
            return Encoding.UTF8.GetString(text[..RandomAccess.Read(file, text, 0)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
