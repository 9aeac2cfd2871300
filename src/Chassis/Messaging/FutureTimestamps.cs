namespace Mannam.Messaging;

/// <summary>Moments that are stored count from when they were set. One that was set in the future was set by a clock that was wrong, or has been set back
/// since: it is due now, so that nothing waits longer than its own pause.</summary>
public static class FutureTimestamps
{
    /// <summary>Clocks of replicas differ by less.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);
}
