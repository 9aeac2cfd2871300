using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mannam.Abstractions;

/// <summary>The declaration of a service that decides on one aggregate per saga, and takes part in its system's events.</summary>
/// <typeparam name="TAggregate">The aggregate; one row per saga.</typeparam>
/// <param name="system">The system, such as <c>taxi</c>.</param>
/// <param name="name">The service, such as <c>pickup</c>.</param>
/// <param name="title">The name that people use.</param>
/// <param name="create">Creates the aggregate of a saga that the service has not met yet.</param>
public sealed partial class ServiceDeclaration<TAggregate>(string system, string name, string title, Func<long, TAggregate> create)
    : ServiceDeclaration(system, name, title)
    where TAggregate : Aggregate
{
    private readonly Dictionary<string, EventPolicy<TAggregate>> _policies = [];
    private readonly List<Sweep<TAggregate>> _sweeps = [];
    private readonly Dictionary<string, DueCall<TAggregate>> _dueCalls = [];
    private readonly Dictionary<string, Refusal> _constraints = [];

    /// <summary>A service whose names follow from the aggregate's namespace. In <c>Mannam.Law.Consult</c> it is the service <c>consult</c> of the system
    /// <c>law</c>. Its script is <c>Consult/Schema.sql</c>, its messages are in <c>Mannam.Law.LawJson</c>, and its path is <c>consult</c>, unless set
    /// otherwise.</summary>
    /// <param name="title">The name that people use.</param>
    /// <param name="create">Creates the aggregate of a saga that the service has not met yet.</param>
    [SetsRequiredMembers]
    public ServiceDeclaration(string title, Func<long, TAggregate> create)
        : this(Conventions.SystemOf(typeof(TAggregate)), Conventions.ServiceOf(typeof(TAggregate)), title, create)
    {
        UsualPaths = [Name];
        Schema = Conventions.SchemaOf(typeof(TAggregate));
        JsonContext = Conventions.JsonContextOf(typeof(TAggregate));
    }

    /// <summary>The policies, by the event's name.</summary>
    internal IReadOnlyDictionary<string, EventPolicy<TAggregate>> Policies => _policies;

    /// <summary>The sweeps that settle what a crash left open.</summary>
    internal IReadOnlyList<Sweep<TAggregate>> Sweeps => _sweeps;

    /// <summary>The calls that it makes when they are due, by the kind of the message.</summary>
    internal IReadOnlyDictionary<string, DueCall<TAggregate>> DueCalls => _dueCalls;

    /// <summary>The refusals of commands that would break a constraint, by the constraint's name.</summary>
    internal IReadOnlyDictionary<string, Refusal> Constraints => _constraints;

    internal override IEnumerable<string> ConstraintNames => _constraints.Keys;

    /// <summary>Creates the aggregate of a saga that the service has not met yet.</summary>
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

    /// <summary>The policy decides on each event of this name.</summary>
    public ServiceDeclaration<TAggregate> Whenever<TEvent>(Policy<TEvent, TAggregate> policy) =>
        With(EventPolicy<TAggregate>.Of(Json<TEvent>(), policy));

    /// <summary>The same for a policy that needs an additional value: made from the event's time, a current setting, or an id for a new entity.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="known">Makes the value from the facts; called again when the event is handled again.</param>
    /// <param name="needsId">Whether the facts include an id of the service's sequence. One query gets the ids for all events of a batch.</param>
    public ServiceDeclaration<TAggregate> Whenever<TEvent, TKnown>(
        Policy<TEvent, TAggregate, TKnown> policy,
        Func<PolicyFacts, TKnown> known,
        bool needsId = false
    ) => With(EventPolicy<TAggregate>.Of(Json<TEvent>(), policy) with { Known = facts => known(facts), NeedsId = needsId });

    /// <summary>The same for a policy that compares the service's sagas, such as: who has the fewest. It runs in the transaction of the decision, after all
    /// earlier decisions of the batch are stored in it. Meanwhile no other replica can make such a decision.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="known">Queries only the store's session, within the transaction; called again when the event is handled again.</param>
    /// <param name="needsId">Whether the facts include an id of the service's sequence.</param>
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

    /// <summary>After this event a peer is called, repeatedly until the outcome is certain. Then the saga's aggregate decides on the outcome. The
    /// transaction that handles the event schedules the call; the transaction of the decision removes it. An aggregate that decides whether to call
    /// schedules a message instead (<see cref="WhenDue"/>).</summary>
    /// <param name="call">Calls the peer.</param>
    /// <param name="settle">Decides on the outcome, accepted or refused; once, even after crashes.</param>
    /// <param name="begin">The aggregate's decision when the call is scheduled, such as to note that it is pending; nothing by default.</param>
    public ServiceDeclaration<TAggregate> WheneverCalls<TEvent>(
        ScheduledCall<TEvent> call,
        Policy<TEvent, TAggregate, CallOutcome> settle,
        Policy<TEvent, TAggregate>? begin = null
    ) => With(EventPolicy<TAggregate>.Calling(Json<TEvent>(), begin)).WithCall(call, settle);

    /// <summary>When a scheduled message of this kind is due, a peer is called, as by <see cref="WheneverCalls"/>.</summary>
    /// <param name="call">Calls the peer.</param>
    /// <param name="settle">Decides on the outcome, accepted or refused; nothing by default.</param>
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
    /// <param name="name">The name of the constraint or of the unique index. The service does not start if its store has none of that name.</param>
    /// <param name="refusal">The command's refusal, such as <c>Decision.Conflict("the time is taken")</c>.</param>
    public ServiceDeclaration<TAggregate> WithConstraint(string name, Decision refusal)
    {
        _constraints.Add(name, refusal.Refusal ?? throw new ArgumentException("a refusal is expected", nameof(refusal)));
        return this;
    }

    /// <summary>Adds a setting.</summary>
    public ServiceDeclaration<TAggregate> WithSetting(Setting setting)
    {
        Add(setting);
        return this;
    }

    /// <summary>Adds a peer that the service calls.</summary>
    public ServiceDeclaration<TAggregate> Calling(PeerCall call)
    {
        Add(call);
        return this;
    }

    /// <summary>Every few seconds, settles rows that a crash left open.</summary>
    /// <param name="name">The name of the sweep, such as <c>OpenRequests</c>.</param>
    /// <param name="open">The open rows.</param>
    /// <param name="olderThan">Their minimum age by the database's clock. It must exceed the duration of a live request; the row's version protects one that
    /// is still slower.</param>
    /// <param name="settle">Decides on each row.</param>
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

    /// <summary>The same for a sweep that needs more than a decision.</summary>
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

/// <summary>How a service settles rows after a crash: by a decision on each saga, or by an action on all of them.</summary>
internal sealed record Sweep<TAggregate>(
    string Name,
    OpenRows Open,
    Func<Settings, TimeSpan> OlderThan,
    Func<TAggregate, Decision>? Decide,
    Func<IReadOnlyList<long>, IServiceProvider, CancellationToken, Task>? Act
)
    where TAggregate : Aggregate;
