using Mannam.Chassis.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mannam.Chassis.Messaging;

/// <summary>Lets a service's policies decide on events, within a transaction that somebody else began and will commit.</summary>
internal sealed class PolicyHandler<TDb, TAggregate>(
    IDbContextFactory<TDb> contexts,
    IReadOnlyDictionary<string, EventPolicy<TAggregate>> policies,
    IReadOnlySet<(string Event, string Source)> publishers,
    Func<long, TAggregate> create,
    AggregateStore<TAggregate> store,
    IServiceProvider services
)
    where TDb : ServiceDb
    where TAggregate : Aggregate
{
    private static readonly Task<object?> Nothing = Task.FromResult<object?>(null);

    private readonly bool _someKnow = policies.Values.Any(p => p.Known is not null);
    private readonly bool _someHaveTurns = policies.Values.Any(p => p.InTurn is not null);

    /// <summary>Whether the service subscribes to the event. One of the same name that somebody else publishes is another event.</summary>
    public bool Handles(ReceivedEvent received) =>
        policies.ContainsKey(received.Type) && publishers.Contains((received.Type, received.Source));

    public Task<TDb> OpenAsync(CancellationToken ct) => contexts.CreateDbContextAsync(ct);

    /// <summary>What a transaction is going to change.</summary>
    public UnitOfWork<TAggregate> Begin() => new(store);

    /// <summary>What loads the events' aggregates, within the transaction, before any of them is decided on.</summary>
    public IBatchedQuery Loading(UnitOfWork<TAggregate> unit, IReadOnlyCollection<ReceivedEvent> events) =>
        new AggregateQuery<TAggregate>(
            unit,
            store.Map,
            create,
            events.Select(e => e.Key),
            inTurn: _someHaveTurns && events.Any(e => TurnOf(e) is not null)
        );

    /// <summary>Lets the events' aggregates, which are loaded, decide; what is to be sent is staged then.</summary>
    /// <exception cref="PolicyFailedException">A policy failed: nothing of it may be committed.</exception>
    public async Task DecideAsync(TDb db, UnitOfWork<TAggregate> unit, IReadOnlyCollection<ReceivedEvent> events, CancellationToken ct)
    {
        if (events.Count == 0)
            return;
        var known = _someKnow ? await Task.WhenAll(events.Select(KnownAsync)) : null;
        var at = 0;
        foreach (var received in events)
        {
            var aggregate = unit.Find(received.Key) ?? unit.Track(create(received.Key));
            var knows = known?[at++];
            if (_someHaveTurns && TurnOf(received) is { } ask)
            {
                await unit.SendAsync((NpgsqlConnection)db.Database.GetDbConnection(), ct);
                knows = await AskAsync(() => ask(db, services));
            }
            unit.Stage(aggregate, Decide(received, aggregate, knows), new MessageContext(received.Id.ToString(), received.TraceParent));
        }
    }

    private Func<ServiceDb, IServiceProvider, ValueTask<object?>>? TurnOf(ReceivedEvent received) =>
        policies.GetValueOrDefault(received.Type)?.InTurn;

    private Task<object?> KnownAsync(ReceivedEvent received) =>
        policies.GetValueOrDefault(received.Type)?.Known is { } known ? AskAsync(() => known(received, services)) : Nothing;

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
            // An event may wait longer than the version of the service that subscribed to it.
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
