namespace Mannam.Host;

/// <summary>
/// Gives memory back to the machine once a start or a burst is over: what .NET's collector and the C library's allocator (in which the JIT works) keep at
/// hand for the next. It takes 12 to 20 ms of standing still.
/// </summary>
internal sealed class IdleMemory : IDisposable
{
    private const long MB = 1 << 20;
    private readonly Quiet quiet = new();
    private readonly PeriodicTimer timer = new(TimeSpan.FromSeconds(1));

    public IdleMemory() => _ = LookAsync();

    private async Task LookAsync()
    {
        while (await timer.WaitForNextTickAsync())
        {
            if (!quiet.Comes(GC.GetTotalAllocatedBytes()))
                continue;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            // Whose thread also frees what the JIT has not used of late.
            GC.WaitForPendingFinalizers();
            Posix.GiveFreedMemoryBack();
        }
    }

    public void Dispose() => timer.Dispose();

    /// <summary>When it is quiet after work that was worth it, told by what is allocated from look to look.</summary>
    internal sealed class Quiet
    {
        /// <summary>Less than this since the last look is quiet, in bytes. A system's looking for news is a tenth of it.</summary>
        internal const long Little = 1 * MB;

        /// <summary>What was allocated in looks that were not quiet is at least this, in bytes.</summary>
        internal const long Worth = 8 * MB;

        /// <summary>So many quiet looks, one after the other; and once more as many, as what the JIT has just used is freed at the second collection only.</summary>
        internal const int Looks = 3;

        private long seen;
        private long work;
        private int looks;

        /// <summary>Whether memory is to be given back now.</summary>
        /// <param name="allocated">Bytes allocated since the process began.</param>
        internal bool Comes(long allocated)
        {
            var since = allocated - seen;
            seen = allocated;
            if (since >= Little)
            {
                work += since;
                looks = 0;
                return false;
            }
            looks++;
            if (work < Worth || looks % Looks != 0)
                return false;
            if (looks >= 2 * Looks)
                work = 0;
            return true;
        }
    }
}
