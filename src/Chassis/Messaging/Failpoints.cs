namespace Mannam.Messaging;

/// <summary>The failpoints of a service: named points before and after each commit and call. A test can hold a service up there, make it fail or kill it.</summary>
/// <param name="service">The service's name, such as <c>taxi.catch</c>.</param>
public sealed class Failpoints(string service)
{
    /// <summary>What happens at the failpoints of each service that is made from now on; nothing unless Mannam.Testing was loaded.</summary>
    internal static Func<string, Func<string, ValueTask>?> OnHitOf { get; set; } = _ => null;

    /// <summary>What happens at each failpoint; nothing unless a test says so. An exception thrown here is as one thrown by the code at that place.</summary>
    internal Func<string, ValueTask>? OnHit { get; set; } = OnHitOf(service);

    /// <summary>How code waits for what other code does; whoever decides whose turn it is has to know.</summary>
    public Func<Task, Task> Join { get; internal set; } = other => other;

    /// <summary>How code is begun that goes on by itself: nobody waits for its end. The text says what it does.</summary>
    public Action<string, Func<Task>> Begin { get; internal set; } = (_, code) => Task.Run(code);

    /// <summary>Says that the code has come to the failpoint. Costs nothing where nothing happens.</summary>
    public ValueTask HitAsync(string point) => OnHit?.Invoke(point) ?? ValueTask.CompletedTask;

    /// <summary>Says that a scheduled message has come to the failpoint <c>due.{kind}.{stage}</c>, whose name is made only where something happens.</summary>
    internal ValueTask HitAsync(string kind, string stage) => OnHit?.Invoke($"due.{kind}.{stage}") ?? ValueTask.CompletedTask;
}
