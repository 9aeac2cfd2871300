using System.Diagnostics;
using Npgsql;

namespace Mannam.Host;

/// <summary>
/// The installation's own PostgreSQL server. Its cluster is in the data folder. It is reachable only over a Unix socket, in a folder that only its
/// account and root can enter. Committed data are on the disk.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    /// <summary>The time limit for a start, including recovery.</summary>
    internal static readonly TimeSpan Recovery = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstAnswer = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    private readonly Postmaster _postmaster;

    private PrivatePostgres(Postmaster postmaster, string sockets, bool adopted)
    {
        this._postmaster = postmaster;
        Adopted = adopted;
        ConnectionString = ConnectionTo(sockets);
    }

    /// <summary>The connection to the database <c>postgres</c>, as its superuser, over the Unix socket.</summary>
    public string ConnectionString { get; }

    /// <summary>The server's main process.</summary>
    public int ProcessId => _postmaster.ProcessId;

    /// <summary>Whether it was already running, left by a program that was killed.</summary>
    public bool Adopted { get; }

    /// <summary>Whether it still runs.</summary>
    public bool HasNotEnded => _postmaster.IsAlive;

    /// <summary>Starts the server, and first creates its cluster if there is none; or takes over a server that still runs there.</summary>
    /// <param name="dataFolder">The installation's folder, created if missing; the cluster is its subfolder <c>postgres</c>, the log <c>postgres.log</c>.</param>
    /// <param name="maxConnections">The connections of all pools, 1 to 10,000; the superuser's reserve is added.</param>
    /// <param name="progress">Gets a line for each step that takes a while.</param>
    /// <param name="ct">Cancels, and stops a server that was started.</param>
    /// <exception cref="InvalidOperationException">The server cannot be started; the message gives the reason and a solution.</exception>
    public static Task<PrivatePostgres> StartAsync(string dataFolder, int maxConnections, Action<string> progress, CancellationToken ct) =>
        StartAsync(dataFolder, maxConnections, Recovery, progress, ct);

    /// <inheritdoc cref="StartAsync(string, int, Action{string}, CancellationToken)"/>
    internal static async Task<PrivatePostgres> StartAsync(
        string dataFolder,
        int maxConnections,
        TimeSpan patience,
        Action<string> progress,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxConnections, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxConnections, 10_000);

        var cluster = new PostgresCluster(SocketFolders.FullPath(dataFolder), maxConnections, progress);
        using var turn = await cluster.TakeTurnAsync(ct);
        var sockets = SocketFolder(dataFolder);
        if (Postmaster.Find(cluster.Folder) is { } running && await TakeOverAsync(running, cluster, sockets, patience, progress, ct))
            return new(Postmaster.Find(cluster.Folder) ?? running, sockets, adopted: true);
        await cluster.PrepareAsync(ct);
        return new(await cluster.LaunchAsync(patience, ct), sockets, adopted: false);
    }

    /// <summary>Whether a server runs on this data folder's cluster, started by any program.</summary>
    public static bool IsRunning(string dataFolder) =>
        Postmaster.Find(PostgresCluster.FolderIn(SocketFolders.FullPath(dataFolder))) is not null;

    /// <summary>
    /// The folder of the installation's sockets: <c>run</c> in the data folder. A folder of <c>/tmp</c>, named after the data folder, replaces a path that
    /// is too long for a socket (107 bytes) or contains characters that connection strings reserve. It is created, with mode 700, if the data folder exists.
    /// </summary>
    /// <exception cref="InvalidOperationException">The folder belongs to another account, or others can enter it.</exception>
    public static string SocketFolder(string dataFolder) => SocketFolders.Open(dataFolder);

    /// <summary>
    /// Stops the server: it ends connections and writes everything (at most 20 s). If that fails it is shut down immediately, and recovers at the next
    /// start. Does nothing if it has ended.
    /// </summary>
    /// <exception cref="TimeoutException">The server still runs.</exception>
    public Task StopAsync() => _postmaster.StopAsync();

    /// <inheritdoc cref="StopAsync()"/>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Waits until the server answers. Stops it and returns false if it does not answer, allows too few connections, or uses another folder.</summary>
    private static async Task<bool> TakeOverAsync(
        Postmaster running,
        PostgresCluster cluster,
        string sockets,
        TimeSpan patience,
        Action<string> progress,
        CancellationToken ct
    )
    {
        progress($"taking over the PostgreSQL that still runs (process {running.ProcessId})");
        var began = Stopwatch.GetTimestamp();
        long? ready = null;
        // A server that starts or stops gets time; one that is ready must answer soon.
        while (
            running.IsAlive
            && Stopwatch.GetElapsedTime(began) < patience
            && !(ready is { } since && Stopwatch.GetElapsedTime(since) > FirstAnswer)
        )
        {
            running = Postmaster.Find(cluster.Folder) ?? running;
            if (running.IsReady)
                ready ??= Stopwatch.GetTimestamp();
            if (running.IsReady && await ConnectionsAsync(sockets, ct) is { } connections)
            {
                if (connections >= cluster.Connections)
                    return true;
                progress($"restarting it: it allows {connections} connections, but {cluster.Connections} are needed");
                break;
            }
            await Task.Delay(Glance * 5, ct);
        }
        await running.StopAsync();
        return false;
    }

    private static async Task<int?> ConnectionsAsync(string sockets, CancellationToken ct)
    {
        try
        {
            var asking = new NpgsqlConnectionStringBuilder(ConnectionTo(sockets))
            {
                Pooling = false,
                Timeout = (int)FirstAnswer.TotalSeconds,
            };
            await using var connection = new NpgsqlConnection(asking.ConnectionString);
            await connection.OpenAsync(ct);
            await using var command = new NpgsqlCommand("select current_setting('max_connections')::int", connection);
            return (int?)await command.ExecuteScalarAsync(ct);
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    private static string ConnectionTo(string sockets) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = sockets,
            Port = PostgresSettings.Port,
            Username = PostgresCluster.Superuser,
            Database = "postgres",
            // Nobody else can reach the socket, so a request for encryption would only cost a round trip.
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;
}
