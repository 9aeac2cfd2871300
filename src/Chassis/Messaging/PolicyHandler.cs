namespace Mannam.Messaging;

/// <summary>Lets a service's policies decide on events, within a transaction that somebody else began and will commit.</summary>
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

    /// <summary>Whether the service subscribes to the event. One of the same name that somebody else publishes is another event.</summary>
    public bool Handles(ReceivedEvent received) =>
        policies.ContainsKey(received.Type) && publishers.Contains((received.Type, received.Source));

    /// <summary>What a transaction is going to change.</summary>
    public UnitOfWork<TAggregate> Begin() => new(changes, messages);

    /// <summary>The events' aggregates, which are loaded within the transaction before any of them decides.</summary>
    public Loading<TAggregate> Loading(UnitOfWork<TAggregate> unit, IReadOnlyCollection<ReceivedEvent> events) =>
        new(unit, create, [.. events.Select(e => e.Key)], InTurn: _someHaveTurns && events.Any(e => InTurnOf(e) is not null));

    /// <summary>Lets the events' aggregates, which are loaded, decide; what is to be stored is staged then.</summary>
    /// <exception cref="PolicyFailedException">A policy failed: nothing of it may be committed.</exception>
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
            // An event may be deferred for longer than the version of the service lasts that subscribed to it.
            var policy =
                policies.GetValueOrDefault(received.Type)
                ?? throw new PolicyFailedException(new InvalidOperationException($"there is no policy for {received.Type}"));
            var facts = policy is { Known: null, KnownInTurn: null } ? null : FactsOf(received, policy.NeedsId ? ids?.Dequeue() : null);
            object? known = null;
            if (policy.KnownInTurn is { } ask)
            {
                // What was decided before counts.
                await transaction.SendAsync(unit.Take(), ct);
                known = await AskAsync(() => ask(received.Value, transaction.Session, facts!));
            }
            var raised = Decide(policy, received.Value, aggregate, known, facts);
            unit.Stage(aggregate, raised, new MessageContext(received.Id.ToString(), received.TraceParent));
        }
    }

    // One question for the whole batch.
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

    // Only the store is asked, so whoever refuses is the store.
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

/// <summary>What a policy threw. Wrapped, so that an IOException of a policy is not taken for one of the store.</summary>
/// <param name="thrown">What it threw.</param>
/// <param name="failure">Why the store did not tell what the policy needs to know; null where the failure is the policy's own.</param>
internal sealed class PolicyFailedException(Exception thrown, ExternalFailure? failure = null) : Exception(thrown.Message, thrown)
{
    /// <summary>What was thrown.</summary>
    public Exception Thrown => InnerException!;

    /// <summary>Why the store did not tell what the policy needs to know; null where the failure is the policy's own.</summary>
    public ExternalFailure? Failure { get; } = failure;
}
