namespace Mannam.Abstractions;

/// <summary>Facts for a policy besides the event and the aggregate. They need no I/O, because the event's transaction holds locks.</summary>
/// <param name="Envelope">The event's envelope, with its time.</param>
/// <param name="Settings">The current settings of the service.</param>
/// <param name="GivenId">The id for a policy that needs one; null for others.</param>
public sealed record PolicyFacts(EventEnvelope Envelope, Settings Settings, long? GivenId = null)
{
    /// <summary>The next id of the service's sequence, for a new entity. It is used up even if the policy creates nothing.</summary>
    /// <exception cref="InvalidOperationException">The policy was declared without <c>needsId</c>.</exception>
    public long Id => GivenId ?? throw new InvalidOperationException($"the policy of {Envelope.Type} is declared without needsId");
}
