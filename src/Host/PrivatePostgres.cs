using System.Diagnostics;
using Npgsql;

namespace Mannam.Host;

/// <summary>
/// A PostgreSQL server of the installation's own. Its cluster lies in the data folder; it is reached over a Unix socket alone, in a
/// folder that only its account and root can enter; what it has committed is on the disk.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    /// <summary>How long a server may take until it is ready, recovery included.</summary>
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

    /// <summary>Names the database <c>postgres</c>, as its superuser, over the Unix socket.</summary>
    public string ConnectionString { get; }

    /// <summary>The server's main process.</summary>
    public int ProcessId => _postmaster.ProcessId;

    /// <summary>It was still running, left by a program that was killed.</summary>
    public bool Adopted { get; }

    /// <summary>It has not ended.</summary>
    public bool HasNotEnded => _postmaster.IsAlive;

    /// <summary>Starts the server, making its cluster first where there is none, or takes over the one that still runs there.</summary>
    /// <param name="dataFolder">The installation's folder, made if missing; the cluster is its subfolder <c>postgres</c>, the log <c>postgres.log</c>.</param>
    /// <param name="maxConnections">What all pools together need, 1 to 10,000; the superuser's reserve is added.</param>
    /// <param name="progress">Is told, a line at a time, what takes a while.</param>
    /// <param name="ct">Gives up; a server begun is stopped again.</param>
    /// <exception cref="InvalidOperationException">It cannot be started; the message says why and what to do.</exception>
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

    /// <summary>A server runs on this data folder's cluster, whoever started it.</summary>
    public static bool IsRunning(string dataFolder) =>
        Postmaster.Find(PostgresCluster.FolderIn(SocketFolders.FullPath(dataFolder))) is not null;

    /// <summary>
    /// Where the installation's sockets lie: <c>run</c> in the data folder, or a folder of <c>/tmp</c> named after it when that path is too long for
    /// a socket (107 bytes) or holds characters that connection strings reserve. Made, with mode 700, if the data folder is there.
    /// </summary>
    /// <exception cref="InvalidOperationException">The folder belongs to another account, or others can enter it.</exception>
    public static string SocketFolder(string dataFolder) => SocketFolders.Open(dataFolder);

    /// <summary>
    /// Stops the server: connections are cut off and all is written (at most 20 s), else it is made to drop everything, and recovers at the
    /// next start. Does nothing when it has ended already.
    /// </summary>
    /// <exception cref="TimeoutException">It is still there.</exception>
    public Task StopAsync() => _postmaster.StopAsync();

    /// <inheritdoc cref="StopAsync()"/>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Waits until the server answers. Stops it, and returns false, when it never does, has too few connections, or is elsewhere.</summary>
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
        // One that is coming up or going down is given its time; one that says it is ready must answer soon.
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
                progress($"restarting it: it takes {connections} connections, {cluster.Connections} are needed");
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
            // On a socket nobody else can reach, asking for encryption is only a round trip.
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;
}
