namespace Mannam.Messaging;

/// <summary>The failpoints of a service: named points before and after each commit and call. A test can hold, fail or kill the service there.</summary>
/// <param name="service">The service's name, such as <c>taxi.catch</c>.</param>
public sealed class Failpoints(string service)
{
    /// <summary>Creates the hook for the failpoints of each new service; none unless Mannam.Testing is loaded.</summary>
    internal static Func<string, Func<string, ValueTask>?> OnHitOf { get; set; } = _ => null;

    /// <summary>The hook at each failpoint; none outside of tests. Its exceptions act like exceptions of the code at that point.</summary>
    internal Func<string, ValueTask>? OnHit { get; set; } = OnHitOf(service);

    /// <summary>Waits for other code. A simulator replaces it, because it controls which code runs.</summary>
    public Func<Task, Task> Join { get; internal set; } = other => other;

    /// <summary>Starts independent work; nobody waits for its end. The text describes the work.</summary>
    public Action<string, Func<Task>> Begin { get; internal set; } = (_, code) => Task.Run(code);

    /// <summary>Reports that the code has reached the failpoint. Costs nothing without a hook.</summary>
    public ValueTask HitAsync(string point) => OnHit?.Invoke(point) ?? ValueTask.CompletedTask;

    /// <summary>Says that a scheduled message has come to the failpoint <c>due.{kind}.{stage}</c>, whose name is made only where something happens.</summary>
    internal ValueTask HitAsync(string kind, string stage) => OnHit?.Invoke($"due.{kind}.{stage}") ?? ValueTask.CompletedTask;
}
