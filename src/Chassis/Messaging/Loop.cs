using Microsoft.Extensions.Logging;

namespace Mannam.Messaging;

/// <summary>One of a service's loops: relay, consumer, due things, log writer. The host repeats its step; a test may make single steps.</summary>
public interface ILoop
{
    /// <summary>What it is called in health and logs, such as <c>relay</c>.</summary>
    string Name { get; }

    /// <summary>Does what there is to do. True when there may be more at once; false when it waited, or may wait, for more.</summary>
    Task<bool> StepAsync(CancellationToken ct);

    /// <summary>Waits before the next step although there may be more to do: not at all, unless what there is can wait for more.</summary>
    Task PauseAsync(CancellationToken ct) => Task.CompletedTask;

    /// <summary>Waits until there may be something to do, or some time has passed.</summary>
    Task IdleAsync(CancellationToken ct);
}

/// <summary>Repeats a loop's step until it is stopped, through every failure, and shows that it is alive.</summary>
/// <param name="loop">The loop.</param>
/// <param name="time">Its clock.</param>
/// <param name="log">Tells failures.</param>
/// <param name="failed">Is told of each failure too.</param>
public sealed class LoopRunner(ILoop loop, TimeProvider time, ILogger log, Action<Exception>? failed = null) : IAsyncDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private long _beat = time.GetTimestamp();
    private int _failures;
    private DateTimeOffset _failsSince;
    private string? _last;

    public string Name => loop.Name;

    /// <summary>How long ago the loop last showed that it goes round; it does so also while it retries.</summary>
    public TimeSpan SinceLastBeat => time.GetElapsedTime(Volatile.Read(ref _beat));

    /// <summary>Why the last step failed, without anybody's data; null while the loop is well.</summary>
    public string? Failure { get; private set; }

    /// <summary>How it is, for the page of health.</summary>
    public string State =>
        Failure is { } failure ? $"retrying since {_failsSince.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}: {failure}" : "running";

    public void Start() => _running = Task.Run(RunAsync);

    private async Task RunAsync()
    {
        var ct = _stop.Token;
        while (!ct.IsCancellationRequested)
        {
            Volatile.Write(ref _beat, time.GetTimestamp());
            try
            {
                var more = await loop.StepAsync(ct);
                _failures = 0;
                Failure = _last = null;
                await (more ? loop.PauseAsync(ct) : loop.IdleAsync(ct));
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                await PauseAsync(e, ct);
            }
        }
    }

    private async Task PauseAsync(Exception e, CancellationToken ct)
    {
        if (_failures == 0)
            _failsSince = time.GetUtcNow();
        // A line for each try. Where it failed is told once, and not at all of the store: its outage says it all.
        var where = StoreFailures.IsExternal(e) || e.Message == _last ? null : e;
        _last = e.Message;
        Failure = StoreFailures.PublicText(e);
        failed?.Invoke(e);
        var pause = TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, 20 * Math.Pow(2, Math.Min(_failures++, 12))));
        log.LogWarning(where, "{Loop} failed and tries again in {Pause}: {Failure}", loop.Name, pause, e.Message);
        await Task.Delay(pause, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Ends the loop after the step it is in.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        if (loop is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        _stop.Dispose();
    }
}
