namespace Mannam.Chassis.Messaging;

/// <summary>Thrown by a policy: this event can never be handled, however often it is tried. It is parked at once.</summary>
/// <param name="message">Why; by it operators find all that failed alike.</param>
public sealed class PermanentException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Thrown by a policy: the event cannot be handled yet. It is tried again, without limit, and later events of its saga wait behind it.</summary>
/// <param name="message">What is waited for.</param>
/// <param name="pause">When to try again; a second unless given.</param>
public sealed class RetryLaterException(string message, TimeSpan? pause = null) : Exception(message)
{
    /// <summary>When to try again.</summary>
    public TimeSpan Delay { get; } = pause ?? TimeSpan.FromSeconds(1);
}

/// <summary>What a policy threw. Wrapped, so that an IOException of a policy is not taken for one of the store.</summary>
/// <param name="thrown">What it threw.</param>
/// <param name="asked">Whether it was thrown while others were asked for what the policy has to know.</param>
internal sealed class PolicyFailedException(Exception thrown, bool asked) : Exception(thrown.Message, thrown)
{
    /// <summary>What was thrown.</summary>
    public Exception Thrown => InnerException!;

    /// <summary>Why others did not tell what the policy has to know; null where the failure is the policy's own.</summary>
    public ExternalFailure? Failure { get; } = asked ? ExternalFailure.Of(thrown, asked: true) : null;
}
