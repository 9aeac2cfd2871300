namespace Mannam.Host;

/// <summary>
/// Returns memory to the system after a start or a burst: memory that .NET's garbage collector and the C library's allocator (which the JIT uses) keep
/// for later. The process pauses for 12 to 20 ms.
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
            // The finalizer thread also frees memory that the JIT has not used recently.
            GC.WaitForPendingFinalizers();
            Posix.GiveFreedMemoryBack();
        }
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>Detects that the process is quiet after enough work, by the allocated bytes between two checks.</summary>
    internal sealed class Quiet
    {
        /// <summary>Fewer bytes than this between two checks count as quiet. A system's polling allocates a tenth of it.</summary>
        internal const long Little = 1 * MB;

        /// <summary>The minimum number of bytes that were allocated in checks that were not quiet.</summary>
        internal const long Worth = 8 * MB;

        /// <summary>The number of quiet checks in a row. After as many again it runs once more, because only the second collection frees the JIT's recent
        /// memory.</summary>
        internal const int Looks = 3;

        private long _seen;
        private long _work;
        private int _looks;

        /// <summary>Whether to return memory now.</summary>
        /// <param name="allocated">The bytes allocated since the process began.</param>
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
