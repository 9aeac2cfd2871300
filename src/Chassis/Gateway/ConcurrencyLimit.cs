namespace Mannam.Gateway;

/// <summary>So many at once, and no more.</summary>
/// <param name="all">How many.</param>
internal sealed class ConcurrencyLimit(int all)
{
    private int taken;

    /// <summary>How many are taken.</summary>
    public int InUse => Volatile.Read(ref taken);

    /// <summary>Takes one, if one is free; then it is to be given back.</summary>
    public bool TryAcquire()
    {
        if (Interlocked.Increment(ref taken) <= all)
        {
            return true;
        }
        Interlocked.Decrement(ref taken);
        return false;
    }

    /// <summary>Gives one back.</summary>
    public void Release() => Interlocked.Decrement(ref taken);
}
