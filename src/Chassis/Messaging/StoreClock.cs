namespace Mannam.Messaging;

/// <summary>Guarantee 10: the time of a service is its own database's. The process's clock of day is never asked after the first measurement: in between the
/// monotonic clock goes on. So replicas agree, and a clock that is set changes nothing that waits.</summary>
/// <remarks>The loop of due things measures with each look, in a round trip that it makes anyway.</remarks>
internal sealed class StoreClock : TimeProvider
{
    // A measurement is known to lie between question and answer; what differs by less is left as it is.
    private static readonly TimeSpan Exact = TimeSpan.FromMilliseconds(1);
    private readonly TimeProvider _process;
    private volatile Anchor _anchor;

    /// <summary>Until it is measured, the time is the process's.</summary>
    public StoreClock(TimeProvider process) => (_process, _anchor) = (process, new(process.GetTimestamp(), process.GetUtcNow()));

    private sealed record Anchor(long Timestamp, DateTimeOffset Utc);

    public override long TimestampFrequency => _process.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => At(_process.GetTimestamp());

    public override long GetTimestamp() => _process.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _process.CreateTimer(callback, state, dueTime, period);

    /// <summary>The database has told its time.</summary>
    /// <param name="asked">The timestamp before it was asked.</param>
    /// <param name="told">What it told.</param>
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
