namespace Mannam.Host;

/// <summary>
/// Gives memory back to the machine once a start or a burst is over: what .NET's collector and the C library's allocator (in which the JIT works) keep at
/// hand for the next. It takes 12 to 20 ms of standing still.
/// </summary>
internal sealed class IdleMemory : IDisposable
{
    private const long MB = 1 << 20;
    private readonly Quiet _quiet = new();
    private readonly PeriodicTimer _timer = new(TimeSpan.FromSeconds(1));

    public IdleMemory() => _ = LookAsync();

    private async Task LookAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            if (!_quiet.Comes(GC.GetTotalAllocatedBytes()))
                continue;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            // Whose thread also frees what the JIT has not used of late.
            GC.WaitForPendingFinalizers();
            Posix.GiveFreedMemoryBack();
        }
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>When it is quiet after work that was worth it, told by what is allocated from look to look.</summary>
    internal sealed class Quiet
    {
        /// <summary>Less than this since the last look is quiet, in bytes. A system's looking for news is a tenth of it.</summary>
        internal const long Little = 1 * MB;

        /// <summary>What was allocated in looks that were not quiet is at least this, in bytes.</summary>
        internal const long Worth = 8 * MB;

        /// <summary>So many quiet looks, one after the other; and once more as many, as what the JIT has just used is freed at the second collection only.</summary>
        internal const int Looks = 3;

        private long _seen;
        private long _work;
        private int _looks;

        /// <summary>Whether memory is to be given back now.</summary>
        /// <param name="allocated">Bytes allocated since the process began.</param>
        internal bool Comes(long allocated)
        {
            var since = allocated - _seen;
            _seen = allocated;
            if (since >= Little)
            {
                _work += since;
                _looks = 0;
                return false;
            }
            _looks++;
            if (_work < Worth || _looks % Looks != 0)
                return false;
            if (_looks >= 2 * Looks)
                _work = 0;
            return true;
        }
    }
}
