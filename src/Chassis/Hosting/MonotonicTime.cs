namespace Mannam.Hosting;

/// <summary>A clock of day for what only measures how long something lasts, but asks for the time of day: it never jumps.</summary>
/// <param name="time">Whose monotonic clock it follows.</param>
internal sealed class MonotonicTime(TimeProvider time) : TimeProvider
{
    private readonly long _began = time.GetTimestamp();

    public override long TimestampFrequency => time.TimestampFrequency;

    // The day itself says nothing.
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddDays(1) + time.GetElapsedTime(_began);

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);
}
