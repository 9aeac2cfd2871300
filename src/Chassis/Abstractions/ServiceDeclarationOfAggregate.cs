using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mannam.Abstractions;

/// <summary>The declaration of a service that decides on one aggregate a saga, and takes part in its system's events.</summary>
/// <typeparam name="TAggregate">What it decides on; one row a saga.</typeparam>
/// <param name="system">The system, such as <c>taxi</c>.</param>
/// <param name="name">The service, such as <c>pickup</c>.</param>
/// <param name="title">What people call it.</param>
/// <param name="create">Makes the aggregate of a saga that the service has not met.</param>
public sealed partial class ServiceDeclaration<TAggregate>(string system, string name, string title, Func<long, TAggregate> create)
    : ServiceDeclaration(system, name, title)
    where TAggregate : Aggregate
{
    private readonly Dictionary<string, EventPolicy<TAggregate>> _policies = [];
    private readonly List<Sweep<TAggregate>> _sweeps = [];
    private readonly Dictionary<string, DueCall<TAggregate>> _dueCalls = [];
    private readonly Dictionary<string, Refusal> _constraints = [];

    /// <summary>The declaration of a service whose names follow from where its aggregate stands: in the namespace <c>Mannam.Law.Consult</c> it is the service
    /// <c>consult</c> of the system <c>law</c>, its script is <c>Consult/Schema.sql</c>, its messages are in <c>Mannam.Law.LawJson</c>, and it serves the path
    /// <c>consult</c>, unless set otherwise.</summary>
    /// <param name="title">What people call it.</param>
    /// <param name="create">Makes the aggregate of a saga that the service has not met.</param>
    [SetsRequiredMembers]
    public ServiceDeclaration(string title, Func<long, TAggregate> create)
        : this(Conventions.SystemOf(typeof(TAggregate)), Conventions.ServiceOf(typeof(TAggregate)), title, create)
    {
        UsualPaths = [Name];
        Schema = Conventions.SchemaOf(typeof(TAggregate));
        JsonContext = Conventions.JsonContextOf(typeof(TAggregate));
    }

    /// <summary>What follows from which event, by the event's name.</summary>
    internal IReadOnlyDictionary<string, EventPolicy<TAggregate>> Policies => _policies;

    /// <summary>What is settled after a crash.</summary>
    internal IReadOnlyList<Sweep<TAggregate>> Sweeps => _sweeps;

    /// <summary>The calls that it makes when they are due, by the kind of the message.</summary>
    internal IReadOnlyDictionary<string, DueCall<TAggregate>> DueCalls => _dueCalls;

    /// <summary>What constraints of its store say to commands that would break them, by their names.</summary>
    internal IReadOnlyDictionary<string, Refusal> Constraints => _constraints;

    internal override IEnumerable<string> ConstraintNames => _constraints.Keys;

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

    /// <summary>The service publishes these events.</summary>
    public ServiceDeclaration<TAggregate> Publishing<TFirst, TSecond>()
        where TFirst : IEvent
        where TSecond : IEvent => Publishing<TFirst>().Publishing<TSecond>();

    /// <inheritdoc cref="Publishing{TFirst, TSecond}"/>
    public ServiceDeclaration<TAggregate> Publishing<TFirst, TSecond, TThird>()
        where TFirst : IEvent
        where TSecond : IEvent
        where TThird : IEvent => Publishing<TFirst, TSecond>().Publishing<TThird>();

    /// <inheritdoc cref="Publishing{TFirst, TSecond}"/>
    public ServiceDeclaration<TAggregate> Publishing<TFirst, TSecond, TThird, TFourth>()
        where TFirst : IEvent
        where TSecond : IEvent
        where TThird : IEvent
        where TFourth : IEvent => Publishing<TFirst, TSecond>().Publishing<TThird, TFourth>();

    /// <summary>Whenever this event happens, found by its name, the policy decides.</summary>
    public ServiceDeclaration<TAggregate> Whenever<TEvent>(Policy<TEvent, TAggregate> policy) =>
        With(EventPolicy<TAggregate>.Of(Json<TEvent>(), policy));

    /// <summary>The same for a policy that needs to know something besides: the time of the event, a setting as it is now, an id for what comes about.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="known">Makes it of the facts; made again when the event is handled again.</param>
    /// <param name="needsId">Whether an id of the service's sequence is among the facts. All events of a batch get theirs by one question.</param>
    public ServiceDeclaration<TAggregate> Whenever<TEvent, TKnown>(
        Policy<TEvent, TAggregate, TKnown> policy,
        Func<PolicyFacts, TKnown> known,
        bool needsId = false
    ) => With(EventPolicy<TAggregate>.Of(Json<TEvent>(), policy) with { Known = facts => known(facts), NeedsId = needsId });

    /// <summary>The same for a policy that needs to know how the service's other sagas stand, such as who has the fewest. It is asked in the transaction of
    /// the decision, after all that was decided before is stored in it, while no other replica is about to decide so.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="known">Asks the store's session, within the transaction, and nobody else; asked again when the event is handled again.</param>
    /// <param name="needsId">Whether an id of the service's sequence is among the facts.</param>
    public ServiceDeclaration<TAggregate> WheneverInTurn<TEvent, TSession, TKnown>(
        Policy<TEvent, TAggregate, TKnown> policy,
        Func<TEvent, TSession, PolicyFacts, ValueTask<TKnown>> known,
        bool needsId = false
    )
    {
        var json = Json<TEvent>();
        return With(
            EventPolicy<TAggregate>.Of(json, policy) with
            {
                KnownInTurn = async (value, session, facts) =>
                    await known(EventPolicy<TAggregate>.Read(value, json), (TSession)session, facts),
                NeedsId = needsId,
            }
        );
    }

    /// <summary>Whenever this event happens, somebody else is asked, again and again until the outcome is certain; then the saga's aggregate decides on it.
    /// The call is scheduled in the transaction that handles the event, and removed in that of the decision. An aggregate that decides whether to call schedules
    /// a message instead (<see cref="WhenDue"/>).</summary>
    /// <param name="call">Asks.</param>
    /// <param name="settle">Decides on the outcome, accepted or refused; once, whatever crashes.</param>
    /// <param name="begin">What the aggregate decides when the call is scheduled, such as that it is under way; nothing unless given.</param>
    public ServiceDeclaration<TAggregate> WheneverCalls<TEvent>(
        ScheduledCall<TEvent> call,
        Policy<TEvent, TAggregate, CallOutcome> settle,
        Policy<TEvent, TAggregate>? begin = null
    ) => With(EventPolicy<TAggregate>.Calling(Json<TEvent>(), begin)).WithCall(call, settle);

    /// <summary>Once a scheduled message of this kind is due, somebody else is asked, as by <see cref="WheneverCalls"/>.</summary>
    /// <param name="call">Asks.</param>
    /// <param name="settle">Decides on the outcome, accepted or refused; nothing follows unless given.</param>
    public ServiceDeclaration<TAggregate> WhenDue<TMessage>(
        ScheduledCall<TMessage> call,
        Policy<TMessage, TAggregate, CallOutcome>? settle = null
    )
        where TMessage : IScheduledMessage => WithCall(call, settle);

    private ServiceDeclaration<TAggregate> WithCall<TMessage>(
        ScheduledCall<TMessage> call,
        Policy<TMessage, TAggregate, CallOutcome>? settle
    )
    {
        var json = Json<TMessage>();
        TMessage Read(string data) => JsonSerializer.Deserialize(data, json)!;
        _dueCalls.Add(
            typeof(TMessage).Name,
            new(
                (data, context, services, ct) => call(Read(data), context, services, ct),
                settle is null ? null : (data, aggregate, outcome) => settle(Read(data), aggregate, outcome)
            )
        );
        return this;
    }

    /// <summary>A unique or exclusion constraint of the store refuses a command that would break it, instead of failing it.</summary>
    /// <param name="name">The constraint's name, or that of the unique index. Where the store has none of that name, the service does not start.</param>
    /// <param name="refusal">What the command is answered, such as <c>Decision.Conflict("the time is taken")</c>.</param>
    public ServiceDeclaration<TAggregate> WithConstraint(string name, Decision refusal)
    {
        _constraints.Add(name, refusal.Refusal ?? throw new ArgumentException("a refusal is expected", nameof(refusal)));
        return this;
    }

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

    private JsonTypeInfo<T> Json<T>() =>
        Conventions.Of<T>(JsonContext ?? throw new InvalidOperationException($"{FullName} declares no JSON context"));
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
