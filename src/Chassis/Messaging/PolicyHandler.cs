namespace Mannam.Messaging;

/// <summary>Lets a service's policies decide on events, within a transaction that somebody else began and will commit.</summary>
internal sealed class PolicyHandler<TAggregate>(
    IReadOnlyDictionary<string, EventPolicy<TAggregate>> policies,
    IReadOnlySet<(string Event, string Source)> publishers,
    Func<long, TAggregate> create,
    IChangeDetector<TAggregate> changes,
    MessageWriter messages,
    IServiceProvider services
)
    where TAggregate : Aggregate
{
    private static readonly Task<object?> Nothing = Task.FromResult<object?>(null);

    private readonly bool _someKnow = policies.Values.Any(p => p.Known is not null);
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
        if (events.Count == 0)
            return;
        var known = _someKnow ? await Task.WhenAll(events.Select(KnownAsync)) : null;
        var at = 0;
        foreach (var received in events)
        {
            var aggregate = unit.Find(received.Key) ?? unit.Track(create(received.Key));
            var knows = known?[at++];
            if (_someHaveTurns && InTurnOf(received) is { } ask)
            {
                // What was decided before counts.
                await transaction.SendAsync(unit.Take(), ct);
                knows = await AskAsync(() => ask(transaction.Session, services));
            }
            unit.Stage(aggregate, Decide(received, aggregate, knows), new MessageContext(received.Id.ToString(), received.TraceParent));
        }
    }

    private Func<object, IServiceProvider, ValueTask<object?>>? InTurnOf(ReceivedEvent received) =>
        policies.GetValueOrDefault(received.Type)?.KnownInTurn;

    private Task<object?> KnownAsync(ReceivedEvent received) =>
        policies.GetValueOrDefault(received.Type)?.Known is { } known ? AskAsync(() => known(received.Envelope, services)) : Nothing;

    // What others throw is not taken for a failure of the store that this transaction is in.
    private static async Task<object?> AskAsync(Func<ValueTask<object?>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e)
        {
            throw new PolicyFailedException(e, asked: true);
        }
    }

    private IMessage[] Decide(ReceivedEvent received, TAggregate aggregate, object? known)
    {
        try
        {
            // An event may be deferred for longer than the version of the service lasts that subscribed to it.
            return policies.TryGetValue(received.Type, out var policy)
                ? policy.Apply(received.Value, aggregate, known)
                : throw new InvalidOperationException($"there is no policy for {received.Type}");
        }
        catch (Exception e)
        {
            throw new PolicyFailedException(e, asked: false);
        }
    }
}

/// <summary>What a policy threw. Wrapped, so that an IOException of a policy is not taken for one of the store.</summary>
/// <param name="thrown">What it threw.</param>
/// <param name="asked">Whether it was thrown while others were asked for what the policy needs to know.</param>
internal sealed class PolicyFailedException(Exception thrown, bool asked) : Exception(thrown.Message, thrown)
{
    /// <summary>What was thrown.</summary>
    public Exception Thrown => InnerException!;

    /// <summary>Why others did not tell what the policy needs to know; null where the failure is the policy's own.</summary>
    public ExternalFailure? Failure { get; } = asked ? ExternalFailure.Of(thrown, asked: true) : null;
}
