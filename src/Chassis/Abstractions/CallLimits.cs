namespace Mannam.Abstractions;

/// <summary>The numbers of a synchronous call ("A synchronous call" in the spec), as settings whose names begin alike.</summary>
/// <param name="prefix">What their names begin with, such as <c>Payment</c>.</param>
/// <param name="timeout">The default timeout, milliseconds.</param>
public sealed class CallLimits(string prefix, long timeout)
{
    /// <summary>How long an attempt may take.</summary>
    public Setting<TimeSpan> Timeout { get; } = Setting.Milliseconds(prefix + "Timeout", timeout, "how long an attempt may take, ms", 1);

    /// <summary>How much longer the attempt that still runs is joined.</summary>
    public Setting<TimeSpan> Join { get; } =
        Setting.Milliseconds(prefix + "Join", 100, "how much longer the attempt that still runs is joined, ms");

    /// <summary>The circuit opens when so many of a hundred calls were unknown,</summary>
    public Setting<long> CircuitPercent { get; } =
        Setting.Number(prefix + "CircuitPercent", 50, "unknown calls of a hundred that open the circuit", 1, 100);

    /// <summary>of at least so many calls,</summary>
    public Setting<long> CircuitCalls { get; } =
        Setting.Number(prefix + "CircuitCalls", 10, "calls before the circuit may open", 2, 100_000);

    /// <summary>within this time,</summary>
    public Setting<TimeSpan> CircuitWindow { get; } =
        Setting.Milliseconds(prefix + "CircuitWindow", 10_000, "the time looked at for that, ms", 500);

    /// <summary>and stays open so long; then one probe is let through.</summary>
    public Setting<TimeSpan> CircuitBreak { get; } =
        Setting.Milliseconds(prefix + "CircuitBreak", 5_000, "how long the circuit stays open, ms", 500);

    /// <summary>How many calls may be under way at once.</summary>
    public Setting<long> UnderWay { get; } = Setting.Number(prefix + "UnderWay", 512, "calls that may be under way at once", 1, 100_000);

    /// <summary>All of them.</summary>
    public IReadOnlyList<Setting> All => [Timeout, Join, CircuitPercent, CircuitCalls, CircuitWindow, CircuitBreak, UnderWay];
}
