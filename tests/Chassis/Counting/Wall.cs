namespace Mannam.Tests.Chassis.Counting;

/// <summary>A process's clock that can be set, as by an administrator or a clock service. Its timestamps go on unchanged.</summary>
internal sealed class Wall(TimeSpan ahead) : TimeProvider
{
    private long _ahead = ahead.Ticks;

    /// <summary>How far the clock is ahead of the right time.</summary>
    public TimeSpan IsAhead
    {
        get => new(Interlocked.Read(ref _ahead));
        set => Interlocked.Exchange(ref _ahead, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + IsAhead;
}
