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

    private readonly string _folder;
    private readonly int _connections;
    private readonly RestartLimit _limit;
    private readonly Action<string> _progress;
    private readonly TimeProvider _time;
    private readonly Queue<long> _starts = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<InvalidOperationException> _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _watching;
    private PrivatePostgres _server;
    private string? _trouble;
    private int _restarts;

    private SupervisedPostgres(
        PrivatePostgres server,
        string folder,
        int connections,
        RestartLimit limit,
        Action<string> progress,
        TimeProvider time
    )
    {
        (this._server, this._folder, this._connections, this._limit) = (server, folder, connections, limit);
        (this._progress, this._time) = (progress, time);
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>The same after restarts.</summary>
    public string ConnectionString => _server.ConnectionString;

    /// <summary>Completes when the limit is reached: the server has ended and is not started again. The message gives the reason.</summary>
    public Task<InvalidOperationException> GivenUp => _givenUp.Task;

    /// <summary>Whether the server runs, and the number of restarts.</summary>
    public ServiceHealth Health =>
        new(
            Live: true,
            Ready: _trouble is null,
            new Dictionary<string, string>
            {
                ["state"] = _trouble ?? $"running (process {_server.ProcessId})",
                ["restarts"] = $"{Volatile.Read(ref _restarts)}",
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
                if (_server.HasNotEnded)
                {
                    await Task.Delay(Glance, _time, _stop.Token);
                    continue;
                }
                _trouble = $"process {_server.ProcessId} has ended; PostgreSQL is started again";
                _progress($"PostgreSQL has ended (process {_server.ProcessId}); it is started again");
                if (await StartAgainAsync() is { } reason)
                {
                    _givenUp.SetResult(new InvalidOperationException(reason));
                    return;
                }
                _trouble = null;
                _progress($"PostgreSQL runs again (process {_server.ProcessId})");
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Dispose stops the server.
        }
    }

    /// <summary>Starts the server again. Returns null, or why it is given up.</summary>
    private async Task<string?> StartAgainAsync()
    {
        for (var failed = 0; ; failed++)
        {
            while (_starts.TryPeek(out var oldest) && _time.GetElapsedTime(oldest) > _limit.Within)
                _starts.Dequeue();
            if (_starts.Count >= _limit.MostStarts || failed >= _limit.MostStarts)
                return $"PostgreSQL keeps ending and was started {_limit.MostStarts} times; see {Path.Combine(_folder, "postgres.log")}";
            _starts.Enqueue(_time.GetTimestamp());
            Interlocked.Increment(ref _restarts);
            try
            {
                _server = await PrivatePostgres.StartAsync(_folder, _connections, _limit.Recovery, _progress, _stop.Token);
                return null;
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                _trouble = "PostgreSQL does not start; the process's output and postgres.log give the reason";
                _progress(Faults.Sentence(e));
                var pause = TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, 100 * Math.Pow(2, failed)));
                await Task.Delay(pause, _time, _stop.Token);
            }
        }
    }

    /// <summary>Stops the watch, then the server.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        await _server.DisposeAsync();
        _stop.Dispose();
    }
}
