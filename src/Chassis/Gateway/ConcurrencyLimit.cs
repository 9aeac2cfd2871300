namespace Mannam.Gateway;

/// <summary>So many at once, and no more.</summary>
/// <param name="all">How many.</param>
internal sealed class ConcurrencyLimit(int all)
{
    private int _taken;

    /// <summary>How many are taken.</summary>
    public int InUse => Volatile.Read(ref _taken);

    /// <summary>Takes one, if one is free; then it is to be given back.</summary>
    public bool TryAcquire()
    {
        if (Interlocked.Increment(ref _taken) <= all)
            return true;
        Interlocked.Decrement(ref _taken);
        return false;
    }

    /// <summary>Gives one back.</summary>
    public void Release() => Interlocked.Decrement(ref _taken);
}
