using System.Diagnostics;

namespace Mannam.Chassis.Hosting;

/// <summary>The named points of a service, before and after each commit and call, at which a test can hold it up, make it fail or kill it.</summary>
/// <remarks>In a process of its own, <c>MANNAM_KILL_AT=taxi.catch/relay.published</c> kills the process when it reaches that point.</remarks>
/// <param name="service">The service's name, such as <c>taxi.catch</c>.</param>
public sealed class Points(string service)
{
    private readonly string? _killAt = KillPoint(service);

    /// <summary>What happens at each point; nothing unless a test says so. An exception thrown here is as one thrown by the code at that place.</summary>
    public Func<string, ValueTask>? Reached { get; set; }

    /// <summary>Says that the code has come to the point.</summary>
    public ValueTask AtAsync(string point)
    {
        if (_killAt is null && Reached is null)
            return ValueTask.CompletedTask;
        if (_killAt == point)
            Process.GetCurrentProcess().Kill();
        return Reached?.Invoke(point) ?? ValueTask.CompletedTask;
    }

    private static string? KillPoint(string service)
    {
        var at = Environment.GetEnvironmentVariable("MANNAM_KILL_AT");
        return at?.StartsWith(service + "/", StringComparison.Ordinal) == true ? at[(service.Length + 1)..] : null;
    }
}
