namespace Mannam.Messaging;

/// <summary>Guarantee 10: a service's time is its own database's. After the first measurement the process's time of day is not used; between measurements
/// the monotonic clock counts. So replicas agree, and a changed clock does not affect due times.</summary>
/// <remarks>The scheduler measures with each poll, in a round trip that it makes anyway.</remarks>
internal sealed class StoreClock : TimeProvider
{
    // The measured time lies between query and answer. Smaller differences are ignored.
    private static readonly TimeSpan Exact = TimeSpan.FromMilliseconds(1);
    private readonly TimeProvider _process;
    private volatile Anchor _anchor;

    /// <summary>Before the first measurement, the time is the process's.</summary>
    public StoreClock(TimeProvider process) => (_process, _anchor) = (process, new(process.GetTimestamp(), process.GetUtcNow()));

    private sealed record Anchor(long Timestamp, DateTimeOffset Utc);

    public override long TimestampFrequency => _process.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => At(_process.GetTimestamp());

    public override long GetTimestamp() => _process.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _process.CreateTimer(callback, state, dueTime, period);

    /// <summary>Applies a measurement.</summary>
    /// <param name="asked">The timestamp before the query.</param>
    /// <param name="told">The database's time.</param>
    public void Measured(long asked, DateTimeOffset told)
    {
        var answered = _process.GetTimestamp();
        if (told < At(asked) - Exact || told > At(answered) + Exact)
            _anchor = new(asked + (answered - asked) / 2, told);
    }

    private DateTimeOffset At(long timestamp)
    {
        var anchor = _anchor;
        return anchor.Utc + _process.GetElapsedTime(anchor.Timestamp, timestamp);
    }
}
