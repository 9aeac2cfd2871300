namespace Mannam.Host;

/// <summary>
/// Gives memory back to the machine once nothing happens: what .NET's collector and the C library's allocator (the JIT's) keep at hand after a start
/// or a burst. While there is work neither is touched.
/// </summary>
internal sealed class IdleMemory : IDisposable
{
    private const long MB = 1 << 20;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private readonly Idleness idleness = new();
    private readonly Timer timer;

    public IdleMemory() => timer = new(_ => Look(), null, Period, Period);

    private void Look()
    {
        if (!idleness.Begins(GC.GetTotalAllocatedBytes()))
            return;
        // A heap of 20 MB takes 20 ms, and nobody waits.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Posix.GiveFreedMemoryBack();
    }

    public void Dispose() => timer.Dispose();

    /// <summary>When to: after work that was worth it, at the first look since which next to nothing was done.</summary>
    internal sealed class Idleness
    {
        /// <summary>Work between two looks is more than this, in allocated bytes; looking for news takes a tenth of it in each system.</summary>
        internal const long Little = 1 * MB;

        /// <summary>What was allocated since memory was last given back is at least this, in bytes.</summary>
        internal const long Worth = 8 * MB;

        private long seen;
        private long given;

        /// <summary>Whether memory is to be given back now.</summary>
        /// <param name="allocated">Bytes allocated since the process began.</param>
        internal bool Begins(long allocated)
        {
            var isIdle = allocated - seen < Little;
            seen = allocated;
            if (!isIdle || allocated - given < Worth)
                return false;
            given = allocated;
            return true;
        }
    }
}
