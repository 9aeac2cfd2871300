using System.Diagnostics;
using System.Globalization;

namespace Mannam.Chassis.Hosting;

/// <summary>The named points of a service, before and after each commit and call, at which a test can hold it up, make it fail or kill it.</summary>
/// <remarks>In a process of its own, <c>MANNAM_KILL_AT=taxi.catch/relay.published</c> kills the process when it reaches that point; with <c>#2</c> behind
/// it, when it does so for the second time.</remarks>
/// <param name="service">The service's name, such as <c>taxi.catch</c>.</param>
public sealed class Failpoints(string service)
{
    private readonly string? _killAt = KillPoint(service);
    private int _timesLeft = KillTimes();

    /// <summary>What happens at each point; nothing unless a test says so. An exception thrown here is as one thrown by the code at that place.</summary>
    public Func<string, ValueTask>? OnHit { get; set; }

    /// <summary>How code waits for what other code does; whoever decides whose turn it is has to know.</summary>
    public Func<Task, Task> Join { get; set; } = other => other;

    /// <summary>How code is begun that goes on by itself: nobody waits for its end. The text says what it does.</summary>
    public Action<string, Func<Task>> Begin { get; set; } = (_, code) => Task.Run(code);

    /// <summary>Says that the code has come to the point.</summary>
    public ValueTask HitAsync(string point)
    {
        if (_killAt is null && OnHit is null)
            return ValueTask.CompletedTask;
        if (_killAt == point && Interlocked.Decrement(ref _timesLeft) == 0)
            Process.GetCurrentProcess().Kill();
        return OnHit?.Invoke(point) ?? ValueTask.CompletedTask;
    }

    private static string? KillPoint(string service) =>
        Kill()[0] is { } at && at.StartsWith(service + "/", StringComparison.Ordinal) ? at[(service.Length + 1)..] : null;

    private static int KillTimes() => Kill() is [_, var times] ? int.Parse(times, CultureInfo.InvariantCulture) : 1;

    private static string[] Kill() => (Environment.GetEnvironmentVariable("MANNAM_KILL_AT") ?? "").Split('#');
}
