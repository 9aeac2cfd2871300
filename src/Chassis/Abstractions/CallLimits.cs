namespace Mannam.Abstractions;

/// <summary>The limits of a synchronous call (spec, "A synchronous call"), as settings whose names share a prefix.</summary>
/// <param name="prefix">The prefix of their names, such as <c>Payment</c>.</param>
/// <param name="timeout">The default timeout, in milliseconds.</param>
public sealed class CallLimits(string prefix, long timeout)
{
    /// <summary>The time limit of one attempt.</summary>
    public Setting<TimeSpan> Timeout { get; } = Setting.Milliseconds(prefix + "Timeout", timeout, "the time limit of an attempt, ms", 1);

    /// <summary>The additional time during which a repeated request joins the attempt that still runs.</summary>
    public Setting<TimeSpan> Join { get; } =
        Setting.Milliseconds(prefix + "Join", 100, "the additional time for an attempt that still runs, ms");

    /// <summary>The percentage of unknown outcomes at which the circuit opens.</summary>
    public Setting<long> CircuitPercent { get; } =
        Setting.Number(prefix + "CircuitPercent", 50, "the percentage of unknown outcomes that opens the circuit", 1, 100);

    /// <summary>The minimum number of calls before the circuit can open.</summary>
    public Setting<long> CircuitCalls { get; } =
        Setting.Number(prefix + "CircuitCalls", 10, "the minimum number of calls before the circuit may open", 2, 100_000);

    /// <summary>The time window of these calls.</summary>
    public Setting<TimeSpan> CircuitWindow { get; } =
        Setting.Milliseconds(prefix + "CircuitWindow", 10_000, "the time window of these calls, ms", 500);

    /// <summary>The time for which the circuit stays open. Then one probe is let through.</summary>
    public Setting<TimeSpan> CircuitBreak { get; } =
        Setting.Milliseconds(prefix + "CircuitBreak", 5_000, "how long the circuit stays open, ms", 500);

    /// <summary>The maximum number of concurrent calls.</summary>
    public Setting<long> UnderWay { get; } = Setting.Number(prefix + "UnderWay", 512, "the maximum number of concurrent calls", 1, 100_000);

    /// <summary>All of these settings.</summary>
    public IReadOnlyList<Setting> All => [Timeout, Join, CircuitPercent, CircuitCalls, CircuitWindow, CircuitBreak, UnderWay];
}
