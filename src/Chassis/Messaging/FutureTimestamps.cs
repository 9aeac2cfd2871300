namespace Mannam.Messaging;

/// <summary>Due times are stored with the time at which they were set. If that time lies in the future, a clock was wrong or has been set back: the row is
/// due now. So nothing waits longer than its own pause.</summary>
public static class FutureTimestamps
{
    /// <summary>The tolerated difference: clocks of replicas differ by less.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);
}
