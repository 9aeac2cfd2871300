using System.Diagnostics;

namespace Mannam.Host;

/// <summary>The files of a private PostgreSQL (cluster, settings, log, socket folder), and the start of a server on them.</summary>
internal sealed class PostgresCluster(string dataFolder, int connections, Action<string> progress)
{
    internal const string Superuser = "postgres";

    private const int SuperuserReserve = 5;
    private const int LongestLog = 10 * 1024 * 1024;
    private const string Unfinished = "postgres.new-";
    private static readonly TimeSpan OrphansGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    private readonly string _name = $"mannam-{SocketFolders.Fingerprint(dataFolder)}";
    private PostgresAccount _account = PostgresAccount.Current();

    internal string Folder { get; } = FolderIn(dataFolder);

    internal string Log { get; } = Path.Combine(dataFolder, "postgres.log");

    /// <summary>The server's <c>max_connections</c>: the pools' and the superuser's.</summary>
    internal int Connections { get; } = connections + SuperuserReserve;

    internal static string FolderIn(string dataFolder) => Path.Combine(dataFolder, "postgres");

    /// <summary>Serialises starts on one data folder. A killed start releases the lock.</summary>
    internal async Task<IDisposable> TakeTurnAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(dataFolder);
        var file = Path.Combine(dataFolder, "postgres.lock");
        for (var waited = false; ; waited = true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(file))
            {
                if (!waited)
                    progress("waiting for another start on the same data folder");
                await Task.Delay(Glance, ct);
            }
        }
    }

    /// <summary>Creates missing files, and removes those that a killed server left.</summary>
    internal async Task PrepareAsync(CancellationToken ct)
    {
        var binaries = PostgresBinaries.Find(Folder);
        if (Directory.Exists(Folder))
        {
            if (Posix.Identify(Folder)?.Owner != _account.Uid)
            {
                throw new InvalidOperationException(
                    $"{Folder} belongs to another account than {_account.Name}. Start Mannam as the user who created it."
                );
            }

            _account = await _account.EnteringAsync(Folder, ct);
        }
        else
        {
            await CreateAsync(binaries, ct);
        }
        await EndOrphansAsync(ct);

        var sockets = SocketFolders.Open(dataFolder);
        Postmaster.ForgetStale(Folder, sockets);
        _account.Own(sockets);
        if (File.Exists(Log) && new FileInfo(Log).Length > LongestLog)
            File.Move(Log, Log + ".old", overwrite: true);
        await using (File.Open(Log, FileMode.Append))
            _account.Own(Log);
        await WriteSettingsAsync(sockets, ct);
    }

    /// <summary>Starts the server, and waits until it accepts connections, including recovery.</summary>
    internal Task<Postmaster> LaunchAsync(TimeSpan patience, CancellationToken ct)
    {
        progress("starting PostgreSQL");
        return new PostgresServer(Folder, Log, _account).StartAsync(patience, ct);
    }

    /// <summary>Creates the cluster under another name and renames it, so that a kill leaves nothing incomplete.</summary>
    private async Task CreateAsync(string binaries, CancellationToken ct)
    {
        progress("creating the database cluster");
        foreach (var leftover in Directory.EnumerateDirectories(dataFolder, Unfinished + "*"))
            TryDelete(leftover);
        var fresh = Path.Combine(dataFolder, Unfinished + Path.GetRandomFileName());
        Posix.MakeClosedFolder(fresh);
        try
        {
            _account.Own(fresh);
            _account = await _account.EnteringAsync(fresh, ct);
            string[] initdb =
            [
                PostgresBinaries.Initdb(binaries),
                // A relative path: initdb prints its last output as a command line, and refuses a path with a line break.
                $"--pgdata={Path.GetFileName(fresh)}",
                $"--username={Superuser}",
                "--encoding=UTF8",
                "--locale=C",
                "--auth-local=trust",
                "--auth-host=reject",
            ];
            var result = await _account.RunAsync(initdb, dataFolder, ct);
            if (result.ExitCode != 0)
                throw new InvalidOperationException($"The database cluster cannot be created in {dataFolder}: {result.Output.Trim()}");
            await using (var file = new FileStream(Path.Combine(fresh, "postgresql.conf"), FileMode.Append))
            {
                await file.WriteAsync("\n# Mannam's settings; written anew at every start.\ninclude = 'mannam.conf'\n"u8.ToArray(), ct);
                file.Flush(flushToDisk: true);
            }
            Directory.Move(fresh, Folder);
        }
        finally
        {
            TryDelete(fresh);
        }
    }

    private async Task EndOrphansAsync(CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        while (Postmaster.Find(Folder) is null && Postmaster.Orphans(_name, _account.Uid) is { Count: > 0 } orphans)
        {
            // They end after their current statement. It is safe not to wait longer: the log is replayed in any case.
            if (Stopwatch.GetElapsedTime(began) > OrphansGrace)
                orphans.ForEach(orphan => Posix.Signal(orphan, Posix.KillAtOnce));
            await Task.Delay(Glance, ct);
        }
    }

    private async Task WriteSettingsAsync(string sockets, CancellationToken ct)
    {
        var file = Path.Combine(Folder, PostgresSettings.FileName);
        var text = new PostgresSettings(_name, sockets, Connections, SuperuserReserve).ToText();
        // On a full disk the server can start only if no file has to be written.
        if (File.Exists(file) && await File.ReadAllTextAsync(file, ct) == text)
            return;
        var fresh = file + ".new";
        File.Delete(fresh);
        await File.WriteAllTextAsync(fresh, text, ct);
        _account.Own(fresh);
        File.Move(fresh, file, overwrite: true);
    }

    private static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // An initdb whose program was killed may still be writing. The next start finds it finished.
        }
    }
}
