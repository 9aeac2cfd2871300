namespace Mannam.Abstractions;

/// <summary>A policy throws it for an event that can never be handled. The event becomes a dead letter at once.</summary>
/// <param name="message">The reason. Operators use it to find all events with the same failure.</param>
/// <param name="inner">The cause.</param>
public sealed class PermanentException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A policy throws it for an event that cannot be handled yet. It is retried without limit, and later events of its saga wait behind it.</summary>
/// <param name="message">What the policy waits for.</param>
/// <param name="delay">The time until the retry; one second by default.</param>
public sealed class RetryLaterException(string message, TimeSpan? delay = null) : Exception(message)
{
    /// <summary>The time until the retry.</summary>
    public TimeSpan Delay { get; } = delay ?? TimeSpan.FromSeconds(1);
}
