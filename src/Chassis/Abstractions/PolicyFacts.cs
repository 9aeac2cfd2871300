namespace Mannam.Abstractions;

/// <summary>What a policy may know besides the event and the aggregate. Nothing of it takes a question to anybody: the transaction of the event holds locks.</summary>
/// <param name="Envelope">The event's envelope, such as its time.</param>
/// <param name="Settings">The service's settings, as they are now.</param>
/// <param name="GivenId">The id of a policy that needs one; null for the others.</param>
public sealed record PolicyFacts(EventEnvelope Envelope, Settings Settings, long? GivenId = null)
{
    /// <summary>The next id of the service's sequence, for what comes about. It is used up, also where nothing comes about.</summary>
    /// <exception cref="InvalidOperationException">The policy was declared without <c>needsId</c>.</exception>
    public long Id => GivenId ?? throw new InvalidOperationException($"the policy of {Envelope.Type} is declared without needsId");
}
