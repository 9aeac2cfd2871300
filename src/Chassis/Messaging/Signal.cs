using System.Diagnostics.CodeAnalysis;

namespace Mannam.Messaging;

/// <summary>Wakes one waiting loop at once. A signal without a waiter is kept for the next one.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle needs no disposal.")]
public class Signal
{
    private readonly SemaphoreSlim _given = new(0, 1);

    /// <summary>Sets the signal. Costs nothing if it is already set.</summary>
    public void Set()
    {
        if (_given.CurrentCount > 0)
            return;
        try
        {
            _given.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another thread has set it in between.
        }
    }

    /// <summary>Waits for the signal, at most <paramref name="atMost"/>.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _given.WaitAsync(atMost, ct);
}
