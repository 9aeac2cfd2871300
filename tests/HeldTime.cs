using System.Threading.Channels;
using Xunit;

namespace Mannam.Tests;

/// <summary>The system's clock, except that delays of 100 s and more end when the test says so. So no test depends on which task is faster.
/// The test can also set it forward.</summary>
public sealed class HeldTime : TimeProvider
{
    /// <summary>A delay that is held, in milliseconds. For the provider's setting <c>delay</c>.</summary>
    public const int Held = 200_000;

    private readonly Channel<HeldTimer> _held = Channel.CreateUnbounded<HeldTimer>();
    private long _forward;
    private long _day;

    /// <summary>Whether a delay is held.</summary>
    public Func<TimeSpan, bool> Holds { get; set; } = delay => delay >= TimeSpan.FromSeconds(100);

    /// <summary>Sets the time forward; timers under way are not affected.</summary>
    public void Forward(TimeSpan by) => Interlocked.Add(ref _forward, by.Ticks);

    /// <summary>Sets only the time of day, like an administrator. Timestamps go on unchanged.</summary>
    public void SetDay(TimeSpan by) => Interlocked.Add(ref _day, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _forward) + Interlocked.Read(ref _day));

    public override long GetTimestamp() =>
        base.GetTimestamp() + Interlocked.Read(ref _forward) * (TimestampFrequency / TimeSpan.TicksPerSecond);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (!Holds(dueTime))
            return base.CreateTimer(callback, state, dueTime, period);
        var timer = new HeldTimer(callback, state, dueTime);
        _held.Writer.TryWrite(timer);
        return timer;
    }

    /// <summary>The next delay that is held; waits until one begins.</summary>
    public async Task<HeldTimer> NextAsync() =>
        await _held.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Whether there is a held delay that <see cref="NextAsync"/> has not returned yet.</summary>
    public bool HasMore => _held.Reader.Count > 0;
}

/// <summary>A delay under way.</summary>
public sealed class HeldTimer(TimerCallback callback, object? state, TimeSpan dueTime) : ITimer
{
    public TimeSpan DueTime => dueTime;

    /// <summary>Ends the delay.</summary>
    public void Elapse() => callback(state);

    public bool Change(TimeSpan dueTime, TimeSpan period) => true;

    public void Dispose() { }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
