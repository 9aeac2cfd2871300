using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mannam.Abstractions;

/// <summary>The declaration of a service that decides on one aggregate a saga, and takes part in its system's events.</summary>
/// <typeparam name="TAggregate">What it decides on; one row a saga.</typeparam>
/// <param name="system">The system, such as <c>taxi</c>.</param>
/// <param name="name">The service, such as <c>pickup</c>.</param>
/// <param name="title">What people call it.</param>
/// <param name="create">Makes the aggregate of a saga that the service has not met.</param>
public sealed class ServiceDeclaration<TAggregate>(string system, string name, string title, Func<long, TAggregate> create)
    : ServiceDeclaration(system, name, title)
    where TAggregate : Aggregate
{
    private readonly Dictionary<string, EventPolicy<TAggregate>> _policies = [];
    private readonly List<Sweep<TAggregate>> _sweeps = [];

    /// <summary>What follows from which event, by the event's name.</summary>
    internal IReadOnlyDictionary<string, EventPolicy<TAggregate>> Policies => _policies;

    /// <summary>What is settled after a crash.</summary>
    internal IReadOnlyList<Sweep<TAggregate>> Sweeps => _sweeps;

    /// <summary>Makes the aggregate of a saga that the service has not met.</summary>
    internal Func<long, TAggregate> Create => create;

    public override IReadOnlyList<string> SubscribesTo => [.. _policies.Keys];

    /// <summary>The service publishes this event.</summary>
    public ServiceDeclaration<TAggregate> Publishing<TEvent>()
        where TEvent : IEvent
    {
        Publish(typeof(TEvent).Name);
        return this;
    }

    /// <summary>Whenever this event happens, found by its name, the policy decides.</summary>
    public ServiceDeclaration<TAggregate> Whenever<TEvent>(Policy<TEvent, TAggregate> policy) =>
        With(EventPolicy<TAggregate>.Of(Json<TEvent>(), policy));

    /// <summary>The same for a policy that needs to know something besides: the time of the event, a setting as it is now, an id for what comes about.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="known">Finds it out before the policy decides; asked again when the event is handled again.</param>
    public ServiceDeclaration<TAggregate> Whenever<TEvent, TKnown>(
        Policy<TEvent, TAggregate, TKnown> policy,
        Func<EventEnvelope, IServiceProvider, ValueTask<TKnown>> known
    ) => With(EventPolicy<TAggregate>.Of(Json<TEvent>(), policy) with { Known = async (e, services) => await known(e, services) });

    /// <summary>The same for a policy that needs to know how the service's other sagas stand, such as who has the fewest. It is asked in the transaction of
    /// the decision, after all that was decided before is stored in it, while no other replica is about to decide so.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="known">Asks the store's session, within the transaction; asked again when the event is handled again.</param>
    public ServiceDeclaration<TAggregate> WheneverInTurn<TEvent, TSession, TKnown>(
        Policy<TEvent, TAggregate, TKnown> policy,
        Func<TSession, IServiceProvider, ValueTask<TKnown>> known
    ) =>
        With(
            EventPolicy<TAggregate>.Of(Json<TEvent>(), policy) with
            {
                KnownInTurn = async (session, services) => await known((TSession)session, services),
            }
        );

    /// <summary>The service has this setting too.</summary>
    public ServiceDeclaration<TAggregate> WithSetting(Setting setting)
    {
        Add(setting);
        return this;
    }

    /// <summary>The service calls this peer too.</summary>
    public ServiceDeclaration<TAggregate> Calling(PeerCall call)
    {
        Add(call);
        return this;
    }

    /// <summary>Once a message of this kind is due, the action does it. It throws when it has to be tried again, and is safe to repeat.</summary>
    public ServiceDeclaration<TAggregate> WhenDue<TMessage>(Func<TMessage, IServiceProvider, CancellationToken, Task> action)
        where TMessage : IScheduledMessage
    {
        var json = Json<TMessage>();
        DueActions.Add(typeof(TMessage).Name, (data, services, ct) => action(JsonSerializer.Deserialize(data, json)!, services, ct));
        return this;
    }

    /// <summary>Every few seconds, settles what a crash left open.</summary>
    /// <param name="name">What is swept, such as <c>OpenRequests</c>.</param>
    /// <param name="open">The rows that are open.</param>
    /// <param name="olderThan">How long they have been, by the database's clock; longer than any live request takes, whose version decides otherwise.</param>
    /// <param name="settle">What becomes of each.</param>
    public ServiceDeclaration<TAggregate> Sweeping(
        string name,
        OpenRows open,
        Func<Settings, TimeSpan> olderThan,
        Func<TAggregate, Decision> settle
    )
    {
        _sweeps.Add(new(name, open, olderThan, settle, null));
        return this;
    }

    /// <summary>The same, where it takes more than a decision.</summary>
    /// <inheritdoc cref="Sweeping(string, OpenRows, Func{Settings, TimeSpan}, Func{TAggregate, Decision})"/>
    public ServiceDeclaration<TAggregate> Sweeping(
        string name,
        OpenRows open,
        Func<Settings, TimeSpan> olderThan,
        Func<IReadOnlyList<long>, IServiceProvider, CancellationToken, Task> settle
    )
    {
        _sweeps.Add(new(name, open, olderThan, null, settle));
        return this;
    }

    private ServiceDeclaration<TAggregate> With(EventPolicy<TAggregate> policy)
    {
        _policies.Add(policy.Event, policy);
        return this;
    }

    private JsonTypeInfo<T> Json<T>()
    {
        var context = JsonContext ?? throw new InvalidOperationException($"{FullName} declares no JSON context");
        return (JsonTypeInfo<T>?)context.GetTypeInfo(typeof(T))
            ?? throw new InvalidOperationException($"{typeof(T).Name} is not in {context.GetType().Name}");
    }
}

/// <summary>What a service settles after a crash: by a decision on each saga, or by an action on all that were found.</summary>
internal sealed record Sweep<TAggregate>(
    string Name,
    OpenRows Open,
    Func<Settings, TimeSpan> OlderThan,
    Func<TAggregate, Decision>? Decide,
    Func<IReadOnlyList<long>, IServiceProvider, CancellationToken, Task>? Act
)
    where TAggregate : Aggregate;
