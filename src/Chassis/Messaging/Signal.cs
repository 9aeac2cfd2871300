using System.Diagnostics.CodeAnalysis;

namespace Mannam.Messaging;

/// <summary>Wakes one waiting loop at once; a signal given while nobody waits is kept until somebody does.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing to dispose of.")]
public class Signal
{
    private readonly SemaphoreSlim _given = new(0, 1);

    /// <summary>Gives the signal. Costs nothing when it was given already.</summary>
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
            // Somebody else gave it in between.
        }
    }

    /// <summary>Waits for the signal, at most <paramref name="atMost"/>.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _given.WaitAsync(atMost, ct);
}
