namespace Mannam.Testing;

/// <summary>Something that was held up on its way: a piece of code at a named point, a request or an answer between two services.</summary>
/// <param name="Label">Whose it is, such as <c>rider asks #1 › payment</c>.</param>
/// <param name="Where">Where it is held.</param>
/// <param name="Service">The service whose end ends it too; null for what is on its way between two.</param>
/// <param name="Go">Lets it go on.</param>
/// <param name="Fail">Lets it fail.</param>
internal sealed record Held(string Label, string Where, string? Service, Action Go, Action<Exception> Fail)
{
    /// <summary>What has to end before it can go on; null when it can at once.</summary>
    public Task? Until { get; init; }
}

/// <summary>Lets one piece of code run at a time, and knows when it has come to rest: ended, held at a point, or waiting for another.</summary>
/// <remarks>Whoever waits for another (a caller for its answer, a delay for its time) hands on its turn, so that the count of those that run is 0
/// exactly when nothing will happen by itself. That is what makes a run the same each time.</remarks>
internal sealed class Scheduler
{
    private static readonly TimeSpan Stuck = TimeSpan.FromSeconds(60);
    private readonly Lock _gate = new();
    private readonly List<Held> _held = [];
    private TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;

    /// <summary>Whose turn it is.</summary>
    public string Current { get; set; } = "";

    /// <summary>What is held now and may go on, in the order in which it was.</summary>
    public IEnumerable<Held> Free => _held.Where(h => h.Until is not { IsCompleted: false });

    /// <summary>What is held of a service, or waits in it for other code.</summary>
    public Held? HeldOf(string service) => _held.Find(h => h.Service == service);

    /// <summary>One more runs.</summary>
    public void Begin()
    {
        lock (_gate)
            _running++;
    }

    /// <summary>One less runs: it has ended, is held, or waits for somebody who runs in its place.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (--_running == 0)
                _quiet.TrySetResult();
        }
    }

    /// <summary>Gives the turn to somebody, and waits until nobody runs.</summary>
    public async Task LetAsync(string label, Action start)
    {
        lock (_gate)
        {
            if (_running != 0)
                throw new SimulatorException($"{label} starts while {Current} runs");
            _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _running = 1;
        }
        Current = label;
        start();
        try
        {
            await _quiet.Task.WaitAsync(Stuck);
        }
        catch (TimeoutException)
        {
            throw new SimulatorException($"{Current} does not come to rest (begun by {label}; held: {string.Join("; ", _held)})");
        }
    }

    /// <summary>Starts something that ends by itself, and waits until nobody runs.</summary>
    public Task DoAsync(string label, Func<Task> body) => LetAsync(label, () => Start(body));

    private void Start(Func<Task> body) =>
        _ = Task.Run(async () =>
        {
            try
            {
                await body();
            }
            finally
            {
                End();
            }
        });

    /// <summary>Whoever runs is held until it is let go; not before something else has ended.</summary>
    public Task HoldAsync(string where, string service, Task? until = null)
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Hold(new Held(Current, where, service, go.SetResult, go.SetException) { Until = until });
        return go.Task;
    }

    /// <summary>Something begins that nobody waits for: when it is let go.</summary>
    public void Postpone(string label, string service, Func<Task> code) =>
        _held.Add(new Held(label, "it begins", service, () => Start(code), _ => End()));

    /// <summary>Keeps what was held by others; its turn is over.</summary>
    public void Hold(Held what)
    {
        _held.Add(what);
        End();
    }

    /// <summary>Lets something go on, or fail, until nobody runs.</summary>
    public Task ReleaseAsync(Held what, Exception? failure = null)
    {
        _held.Remove(what);
        return LetAsync(what.Label, () => Release(what, failure));
    }

    /// <summary>Forgets what was held: nobody waits for it any more.</summary>
    public void Drop(Held what) => _held.Remove(what);

    private static void Release(Held what, Exception? failure)
    {
        if (failure is null)
            what.Go();
        else
            what.Fail(failure);
    }
}

/// <summary>The simulator itself has failed: what it says of a run does not count.</summary>
internal sealed class SimulatorException(string message) : Exception(message);

/// <summary>The service has died: whatever it was doing ends here.</summary>
internal sealed class CrashException(string service) : OperationCanceledException($"{service} has died");
