namespace Mannam.Tests.Chassis.Counting;

/// <summary>A process's clock whose day can be set, as an administrator or a clock service does; what it measures by goes on.</summary>
internal sealed class Wall(TimeSpan ahead) : TimeProvider
{
    private long _ahead = ahead.Ticks;

    /// <summary>How far it is ahead of the right time.</summary>
    public TimeSpan IsAhead
    {
        get => new(Interlocked.Read(ref _ahead));
        set => Interlocked.Exchange(ref _ahead, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + IsAhead;
}
