using Microsoft.Extensions.Logging;

namespace Mannam.Messaging;

/// <summary>One of a service's loops: relay, consumer, scheduler, log writer. The host repeats its step; a test may run single steps.</summary>
public interface ILoop
{
    /// <summary>Its name in health and logs, such as <c>relay</c>.</summary>
    string Name { get; }

    /// <summary>Does the pending work. Returns true if there may be more work at once; false if it waited, or may wait, for more.</summary>
    Task<bool> StepAsync(CancellationToken ct);

    /// <summary>Waits before the next step although there may be more work; by default not at all. A wait enlarges batches.</summary>
    Task PauseAsync(CancellationToken ct) => Task.CompletedTask;

    /// <summary>Waits until there may be work, or some time has passed.</summary>
    Task IdleAsync(CancellationToken ct);
}

/// <summary>Repeats a loop's step until it is stopped, through every failure, and records its heartbeat.</summary>
/// <param name="loop">The loop.</param>
/// <param name="time">Its clock.</param>
/// <param name="log">Logs failures.</param>
/// <param name="failed">Also called for each failure.</param>
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

    /// <summary>The time since the loop's last heartbeat. It also beats while it retries.</summary>
    public TimeSpan SinceLastBeat => time.GetElapsedTime(Volatile.Read(ref _beat));

    /// <summary>The last step's failure, without personal data; null if it succeeded.</summary>
    public string? Failure { get; private set; }

    /// <summary>Its state, for the health page.</summary>
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
        // One line per retry. The stack trace is logged once, and never for an external failure, where the message is enough.
        var where = StoreFailures.IsExternal(e) || e.Message == _last ? null : e;
        _last = e.Message;
        Failure = StoreFailures.PublicText(e);
        failed?.Invoke(e);
        var pause = TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, 20 * Math.Pow(2, Math.Min(_failures++, 12))));
        log.LogWarning(where, "{Loop} failed and tries again in {Pause}: {Failure}", loop.Name, pause, e.Message);
        await Task.Delay(pause, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stops the loop after its current step.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        if (loop is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        _stop.Dispose();
    }
}
