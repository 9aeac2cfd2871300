namespace Mannam.Testing;

/// <summary>The time of a simulated world. It stands still until somebody lets it pass; each look moves it by a microsecond, so that nothing happens
/// at the same time as something else.</summary>
internal sealed class Clock(Scheduler scheduler)
{
    private readonly List<Wake> _wakes = [];
    private long _now = new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    public DateTimeOffset Now => new(Interlocked.Add(ref _now, TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    public long Ticks => Interlocked.Read(ref _now);

    /// <summary>What somebody waits for, the earliest first.</summary>
    public IReadOnlyList<Wake> Wakes
    {
        get
        {
            lock (_wakes)
                return [.. _wakes.OrderBy(w => w.At)];
        }
    }

    /// <summary>Lets time pass, without waking anybody.</summary>
    public void Pass(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);

    /// <summary>Lets time pass until somebody wakes, and lets them run until they rest.</summary>
    public async Task WakeAsync(Wake wake)
    {
        if (wake.At > Ticks)
            Interlocked.Exchange(ref _now, wake.At);
        lock (_wakes)
            _wakes.Remove(wake);
        await scheduler.LetAsync(
            wake.Label,
            () =>
            {
                wake.Elapse();
                // A delay's end is its waiter's turn. A timeout only ends what somebody else waits for, who then takes a turn of their own.
                if (!wake.IsDelay)
                    scheduler.End();
            }
        );
    }

    public ITimer Add(string service, TimerCallback callback, object? state, TimeSpan due)
    {
        if (due == Timeout.InfiniteTimeSpan)
            return new Wake(this, service, scheduler.Current, long.MaxValue, callback, state, isDelay: false);
        var wake = new Wake(this, service, scheduler.Current, Ticks + due.Ticks, callback, state, isDelay: state is Task);
        lock (_wakes)
            _wakes.Add(wake);
        if (wake.IsDelay)
            scheduler.End();
        return wake;
    }

    private void Forget(Wake wake)
    {
        lock (_wakes)
            _wakes.Remove(wake);
    }

    /// <summary>The clock as one service has it.</summary>
    public TimeProvider Of(string service) => new ServiceTime(this, service);

    private sealed class ServiceTime(Clock clock, string service) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => clock.Now;

        public override long GetTimestamp() => clock.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            clock.Add(service, callback, state, dueTime);
    }

    /// <summary>Somebody waits for a time.</summary>
    /// <param name="isDelay">Whether whoever made it does nothing until then (<c>Task.Delay</c>); a timeout runs beside what it limits.</param>
    internal sealed class Wake(Clock clock, string service, string label, long at, TimerCallback callback, object? state, bool isDelay)
        : ITimer
    {
        public string Service => service;
        public string Label => label;
        public long At => at;
        public bool IsDelay => isDelay;

        public void Elapse() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan)
                clock.Forget(this);
            return true;
        }

        public void Dispose() => clock.Forget(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
