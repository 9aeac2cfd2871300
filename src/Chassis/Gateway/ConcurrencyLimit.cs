namespace Mannam.Gateway;

/// <summary>A limit of concurrent uses.</summary>
/// <param name="all">The maximum.</param>
internal sealed class ConcurrencyLimit(int all)
{
    private int _taken;

    /// <summary>The number of current uses.</summary>
    public int InUse => Volatile.Read(ref _taken);

    /// <summary>Acquires a use if one is free. The caller releases it.</summary>
    public bool TryAcquire()
    {
        if (Interlocked.Increment(ref _taken) <= all)
            return true;
        Interlocked.Decrement(ref _taken);
        return false;
    }

    /// <summary>Releases a use.</summary>
    public void Release() => Interlocked.Decrement(ref _taken);
}
