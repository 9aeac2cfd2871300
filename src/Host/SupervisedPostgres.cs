using Mannam.Hosting;

namespace Mannam.Host;

/// <summary>The limit of restarts of a server that keeps ending.</summary>
/// <param name="MostStarts">The maximum number of starts within <paramref name="Within"/>, and of failed starts in a row.</param>
/// <param name="Within">The time in which starts are counted.</param>
/// <param name="Recovery">The time limit of a start. A server that takes longer is ended, and the start has failed.</param>
internal sealed record RestartLimit(int MostStarts, TimeSpan Within, TimeSpan Recovery)
{
    internal static readonly RestartLimit Usual = new(5, TimeSpan.FromMinutes(1), PrivatePostgres.Recovery);
}

/// <summary>
/// A private PostgreSQL that is started again after it has ended for any reason: on the same data folder, so at the same address. Clients open new
/// connections.
/// </summary>
internal sealed class SupervisedPostgres : IAsyncDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly string folder;
    private readonly int connections;
    private readonly RestartLimit limit;
    private readonly Action<string> progress;
    private readonly TimeProvider time;
    private readonly Queue<long> starts = [];
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource<InvalidOperationException> givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task watching;
    private PrivatePostgres server;
    private string? trouble;
    private int restarts;

    private SupervisedPostgres(
        PrivatePostgres server,
        string folder,
        int connections,
        RestartLimit limit,
        Action<string> progress,
        TimeProvider time
    )
    {
        (this.server, this.folder, this.connections, this.limit) = (server, folder, connections, limit);
        (this.progress, this.time) = (progress, time);
        watching = Task.Run(WatchAsync);
    }

    /// <summary>The same after restarts.</summary>
    public string ConnectionString => server.ConnectionString;

    /// <summary>Completes when the limit is reached: the server has ended and is not started again. The message gives the reason.</summary>
    public Task<InvalidOperationException> GivenUp => givenUp.Task;

    /// <summary>Whether the server runs, and the number of restarts.</summary>
    public ServiceHealth Health =>
        new(
            Live: true,
            Ready: trouble is null,
            new Dictionary<string, string>
            {
                ["state"] = trouble ?? $"running (process {server.ProcessId})",
                ["restarts"] = $"{Volatile.Read(ref restarts)}",
            }
        );

    /// <inheritdoc cref="PrivatePostgres.StartAsync(string, int, Action{string}, CancellationToken)"/>
    public static async Task<SupervisedPostgres> StartAsync(
        string dataFolder,
        int maxConnections,
        Action<string> progress,
        CancellationToken ct,
        RestartLimit? limit = null
    )
    {
        var server = await PrivatePostgres.StartAsync(dataFolder, maxConnections, progress, ct);
        return new(server, dataFolder, maxConnections, limit ?? RestartLimit.Usual, progress, TimeProvider.System);
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                // A server that was taken over is no child of ours, so both kinds are watched in the same way.
                if (server.HasNotEnded)
                {
                    await Task.Delay(Glance, time, stop.Token);
                    continue;
                }
                trouble = $"process {server.ProcessId} has ended; PostgreSQL is started again";
                progress($"PostgreSQL has ended (process {server.ProcessId}); it is started again");
                if (await StartAgainAsync() is { } reason)
                {
                    givenUp.SetResult(new InvalidOperationException(reason));
                    return;
                }
                trouble = null;
                progress($"PostgreSQL runs again (process {server.ProcessId})");
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Dispose stops the server.
        }
    }

    /// <summary>Starts the server again. Returns null, or why it is given up.</summary>
    private async Task<string?> StartAgainAsync()
    {
        for (var failed = 0; ; failed++)
        {
            while (starts.TryPeek(out var oldest) && time.GetElapsedTime(oldest) > limit.Within)
                starts.Dequeue();
            if (starts.Count >= limit.MostStarts || failed >= limit.MostStarts)
                return $"PostgreSQL keeps ending and was started {limit.MostStarts} times; see {Path.Combine(folder, "postgres.log")}";
            starts.Enqueue(time.GetTimestamp());
            Interlocked.Increment(ref restarts);
            try
            {
                server = await PrivatePostgres.StartAsync(folder, connections, limit.Recovery, progress, stop.Token);
                return null;
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                trouble = "PostgreSQL does not start; the process's output and postgres.log give the reason";
                progress(Faults.Sentence(e));
                var pause = TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, 100 * Math.Pow(2, failed)));
                await Task.Delay(pause, time, stop.Token);
            }
        }
    }

    /// <summary>Stops the watch, then the server.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching;
        await server.DisposeAsync();
        stop.Dispose();
    }
}
