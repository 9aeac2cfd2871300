namespace Mannam.Hosting;

/// <summary>A time of day that never jumps, for code that only measures durations but uses the time of day.</summary>
/// <param name="time">The source of the monotonic clock.</param>
internal sealed class MonotonicTime(TimeProvider time) : TimeProvider
{
    private readonly long _began = time.GetTimestamp();

    public override long TimestampFrequency => time.TimestampFrequency;

    // The date has no meaning.
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddDays(1) + time.GetElapsedTime(_began);

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);
}
