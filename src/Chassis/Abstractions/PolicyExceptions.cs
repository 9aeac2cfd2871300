namespace Mannam.Abstractions;

/// <summary>Thrown by a policy: this event can never be handled, however often it is tried. It becomes a dead letter at once.</summary>
/// <param name="message">Why. Operators find by it all events that failed alike.</param>
/// <param name="inner">The cause.</param>
public sealed class PermanentException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Thrown by a policy: the event cannot be handled yet. It is tried again without limit, and later events of its saga wait behind it.</summary>
/// <param name="message">What is waited for.</param>
/// <param name="delay">When to try again; after one second unless given.</param>
public sealed class RetryLaterException(string message, TimeSpan? delay = null) : Exception(message)
{
    /// <summary>When to try again.</summary>
    public TimeSpan Delay { get; } = delay ?? TimeSpan.FromSeconds(1);
}
