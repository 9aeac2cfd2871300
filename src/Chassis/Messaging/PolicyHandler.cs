namespace Mannam.Messaging;

/// <summary>Runs a service's policies on events, within the caller's transaction.</summary>
internal sealed class PolicyHandler<TAggregate>(
    IReadOnlyDictionary<string, EventPolicy<TAggregate>> policies,
    IReadOnlySet<(string Event, string Source)> publishers,
    Func<long, TAggregate> create,
    IChangeDetector<TAggregate> changes,
    MessageWriter messages,
    Settings settings
)
    where TAggregate : Aggregate
{
    private readonly bool _someNeedIds = policies.Values.Any(p => p.NeedsId);
    private readonly bool _someHaveTurns = policies.Values.Any(p => p.KnownInTurn is not null);

    /// <summary>Whether the service subscribes to the event. An event of the same name from another source does not count.</summary>
    public bool Handles(ReceivedEvent received) =>
        policies.ContainsKey(received.Type) && publishers.Contains((received.Type, received.Source));

    /// <summary>Collects the changes of a transaction.</summary>
    public UnitOfWork<TAggregate> Begin() => new(changes, messages);

    /// <summary>The events' aggregates, which the transaction loads before the decisions.</summary>
    public Loading<TAggregate> Loading(UnitOfWork<TAggregate> unit, IReadOnlyCollection<ReceivedEvent> events) =>
        new(unit, create, [.. events.Select(e => e.Key)], InTurn: _someHaveTurns && events.Any(e => InTurnOf(e) is not null));

    /// <summary>Lets the loaded aggregates decide on the events, and stages the changes.</summary>
    /// <exception cref="PolicyFailedException">A policy failed: nothing may be committed.</exception>
    public async Task DecideAsync(
        IHandlingTransaction<TAggregate> transaction,
        UnitOfWork<TAggregate> unit,
        IReadOnlyCollection<ReceivedEvent> events,
        CancellationToken ct
    )
    {
        var ids = _someNeedIds ? await NextIdsAsync(transaction, events, ct) : null;
        foreach (var received in events)
        {
            var aggregate = unit.Find(received.Key) ?? unit.Track(create(received.Key));
            // A deferred event may outlive the version of the service that subscribed to it.
            var policy =
                policies.GetValueOrDefault(received.Type)
                ?? throw new PolicyFailedException(new InvalidOperationException($"there is no policy for {received.Type}"));
            var facts = policy is { Known: null, KnownInTurn: null } ? null : FactsOf(received, policy.NeedsId ? ids?.Dequeue() : null);
            object? known = null;
            if (policy.KnownInTurn is { } ask)
            {
                // The query must see earlier decisions of the batch.
                await transaction.SendAsync(unit.Take(), ct);
                known = await AskAsync(() => ask(received.Value, transaction.Session, facts!));
            }
            var raised = Decide(policy, received.Value, aggregate, known, facts);
            unit.Stage(aggregate, raised, new MessageContext(received.Id.ToString(), received.TraceParent));
        }
    }

    // One query for the whole batch.
    private async Task<Queue<long>> NextIdsAsync(
        IHandlingTransaction<TAggregate> transaction,
        IReadOnlyCollection<ReceivedEvent> events,
        CancellationToken ct
    )
    {
        var count = events.Count(e => policies.GetValueOrDefault(e.Type) is { NeedsId: true });
        return new(count == 0 ? [] : await transaction.NextIdsAsync(count, ct));
    }

    private PolicyFacts FactsOf(ReceivedEvent received, long? id) => new(received.Envelope, settings, id);

    private Func<string, object, PolicyFacts, ValueTask<object?>>? InTurnOf(ReceivedEvent received) =>
        policies.GetValueOrDefault(received.Type)?.KnownInTurn;

    // Only the store is queried here, so a refusal is the store's.
    private static async Task<object?> AskAsync(Func<ValueTask<object?>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e)
        {
            throw new PolicyFailedException(e, ExternalFailure.Of(e, asked: false));
        }
    }

    private static IMessage[] Decide(EventPolicy<TAggregate> policy, string value, TAggregate aggregate, object? known, PolicyFacts? facts)
    {
        try
        {
            return policy.Apply(value, aggregate, policy.Known is { } make ? make(facts!) : known);
        }
        catch (Exception e)
        {
            throw new PolicyFailedException(e);
        }
    }
}

/// <summary>Wraps an exception of a policy, so that an IOException of a policy is not mistaken for one of the store.</summary>
/// <param name="thrown">The policy's exception.</param>
/// <param name="failure">The store's refusal of a policy's query; null if the policy itself failed.</param>
internal sealed class PolicyFailedException(Exception thrown, ExternalFailure? failure = null) : Exception(thrown.Message, thrown)
{
    /// <summary>The policy's exception.</summary>
    public Exception Thrown => InnerException!;

    /// <summary>The store's refusal of a policy's query; null if the policy itself failed.</summary>
    public ExternalFailure? Failure { get; } = failure;
}
