using System.Collections.Concurrent;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>A clock that stands still until a test advances it. A timer ends after its real time, or when the clock is advanced by at least that time.</summary>
internal sealed class Clock : TimeProvider
{
    private readonly ConcurrentDictionary<Waiting, bool> _waiting = [];
    private long _ticks = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public void Advance(TimeSpan by)
    {
        Interlocked.Add(ref _ticks, by.Ticks);
        foreach (var waiting in _waiting.Keys)
            waiting.Advance(by);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var waiting = new Waiting(base.CreateTimer(callback, state, dueTime, period), dueTime, timer => _waiting.TryRemove(timer, out _));
        _waiting[waiting] = true;
        return waiting;
    }

    private sealed class Waiting(ITimer timer, TimeSpan dueTime, Action<Waiting> over) : ITimer
    {
        public void Advance(TimeSpan by)
        {
            if (dueTime >= TimeSpan.Zero && by >= dueTime)
                timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose()
        {
            over(this);
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            over(this);
            return timer.DisposeAsync();
        }
    }
}
