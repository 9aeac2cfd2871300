using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mannam.Messaging;

/// <summary>The options of a service's messaging.</summary>
public sealed record EngineOptions
{
    /// <summary>The system's topic; empty for a service without events.</summary>
    public required string Topic { get; init; }

    /// <summary>Carries its events.</summary>
    public ITransport? Transport { get; init; }

    /// <summary>The published events of the topic by name, each with its source. The same name from another source is another event.</summary>
    public required IReadOnlySet<(string Event, string Source)> Publishers { get; init; }

    /// <summary>Whether other replicas of the service may run.</summary>
    public required bool Replicated { get; init; }

    /// <summary>Its clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The failpoints for tests.</summary>
    public required Failpoints Failpoints { get; init; }

    /// <summary>Its settings.</summary>
    public required Settings Settings { get; init; }

    internal ServiceMetrics Metrics { get; init; } = null!;

    internal ExternalFailures Failures { get; init; } = null!;

    internal LoopSignals Signals { get; } = new();
}

/// <summary>A service's messaging. This base class is for a service without aggregates; it has only the scheduler.</summary>
internal class ServiceEngine(ServiceDeclaration declaration, IServiceStore store, EngineOptions options)
{
    /// <summary>Its options.</summary>
    protected EngineOptions Options { get; } = options;

    /// <summary>Registers its services in the service's container.</summary>
    public virtual void Register(IServiceCollection services) { }

    /// <summary>Runs the store's code of a request once.</summary>
    public virtual Task WarmUpAsync(IServiceProvider services) => Task.CompletedTask;

    /// <summary>Creates its loops for the next start.</summary>
    public virtual IEnumerable<ILoop> Loops(IServiceProvider services)
    {
        yield return new Scheduler(
            store.Schedule,
            Actions.Concat(Retention.Actions).ToDictionary(),
            [.. Recurring, .. Retention.Actions.Keys],
            services,
            Options.Time,
            Options.Failpoints,
            Options.Signals.Schedule,
            Options.Metrics,
            Options.Failures,
            services.GetRequiredService<ILoggerFactory>().CreateLogger(declaration.FullName)
        );
    }

    /// <summary>Its scheduled actions, by kind.</summary>
    protected virtual IEnumerable<KeyValuePair<string, ScheduledAction>> Actions => [];

    /// <summary>The recurring kinds.</summary>
    protected virtual IEnumerable<string> Recurring => [];
}

/// <summary>The messaging of a service with aggregates: relay, consumer, deferred messages and scheduler.</summary>
internal sealed class ServiceEngine<TAggregate>(
    ServiceDeclaration<TAggregate> declaration,
    IServiceStore<TAggregate> store,
    EngineOptions options
) : ServiceEngine(declaration, store, options)
    where TAggregate : Aggregate
{
    /// <summary>The interval of sweeps.</summary>
    public static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(2);

    private readonly MessageWriter _messages = new(
        new EventSerializer(declaration.Source, declaration.JsonContext!, options.Time),
        declaration.JsonContext!,
        declaration.Publishes,
        options.Time,
        options.Signals
    );

    public override void Register(IServiceCollection services)
    {
        services.AddSingleton(
            new Repository<TAggregate>(store.Aggregates, _messages, declaration.Create, declaration.Constraints, Options.Failpoints)
        );
        if (store.Ids is { } ids)
            services.AddSingleton(ids);
    }

    public override Task WarmUpAsync(IServiceProvider services) => services.GetRequiredService<Repository<TAggregate>>().WarmUpAsync();

    public override IEnumerable<ILoop> Loops(IServiceProvider services)
    {
        if (declaration.Publishes.Count > 0)
        {
            yield return new OutboxRelay(
                () => store.OpenOutbox(Options.Replicated, Options.Signals.Outbox),
                Options.Topic,
                Transport,
                Options.Failpoints,
                Options.Signals.Outbox,
                Options.Metrics
            );
        }

        if (declaration.Policies.Count > 0)
        {
            foreach (var loop in ConsumerLoops(services))
                yield return loop;
        }
        foreach (var loop in base.Loops(services))
            yield return loop;
    }

    private ITransport Transport =>
        Options.Transport
        ?? throw new ConfigurationException(
            $"{declaration.FullName} has no transport for its events: register one, such as AddLocalTransport or AddKafkaTransport."
        );

    private IEnumerable<ILoop> ConsumerLoops(IServiceProvider services)
    {
        if (store.Ids is null && declaration.Policies.Values.FirstOrDefault(p => p.NeedsId) is { } policy)
        {
            throw new InvalidOperationException(
                $"{declaration.FullName} declares no id sequence, and its policy of {policy.Event} needs ids"
            );
        }

        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger(declaration.FullName);
        var handler = new PolicyHandler<TAggregate>(
            declaration.Policies,
            Options.Publishers,
            declaration.Create,
            store.Aggregates.Changes,
            _messages,
            Options.Settings
        );
        var notices = new HistoryNotices(Options.Metrics, Options.Time, log);
        yield return new Consumer<TAggregate>(
            Options.Topic,
            declaration.FullName,
            Transport,
            store.Consumer,
            handler,
            new RestoreDetector<TAggregate>(declaration.Source, store.Aggregates, store.Ids, notices),
            notices,
            Options.Time,
            Options.Failpoints,
            Options.Metrics,
            Options.Failures,
            log
        );
        yield return new DeferredMessageLoop<TAggregate>(
            store.Deferred,
            handler,
            Options.Time,
            Options.Failpoints,
            Options.Metrics,
            Options.Failures,
            log
        );
    }

    protected override IEnumerable<KeyValuePair<string, ScheduledAction>> Actions =>
        [
            .. declaration.DueCalls.Select(c => KeyValuePair.Create(c.Key, ActionOf(c.Value))),
            .. declaration.Sweeps.Select(s => KeyValuePair.Create(s.Name, ActionOf(s))),
        ];

    protected override IEnumerable<string> Recurring => declaration.Sweeps.Select(s => s.Name);

    private static ScheduledAction ActionOf(DueCall<TAggregate> call) =>
        async (due, services, ct) =>
        {
            // A trace parent contains no space.
            var space = due.Context.LastIndexOf(' ');
            var context = new MessageContext(due.Context[..space], due.Context[(space + 1)..]);
            var outcome = await call.Call(due.Data, context, services, ct);
            outcome.Match(accepted: _ => true, refused: _ => true, unknown: why => throw new OutcomeUnknownException(why));
            if (call.Settle is not { } settle)
                return default;
            var repository = services.GetRequiredService<Repository<TAggregate>>();
            return new(Settle: () => repository.SettleAsync(due.Key, due.Id, a => settle(due.Data, a, outcome), context));
        };

    private ScheduledAction ActionOf(Sweep<TAggregate> sweep) =>
        async (_, services, ct) =>
        {
            if (await store.FindOpenAsync(sweep.Open, sweep.OlderThan(Options.Settings), ct) is { Count: > 0 } keys)
                await SettleAsync(sweep, keys, services, ct);
            return new(Again: SweepEvery);
        };

    private static async Task SettleAsync(
        Sweep<TAggregate> sweep,
        IReadOnlyList<long> keys,
        IServiceProvider services,
        CancellationToken ct
    )
    {
        if (sweep.Act is { } act)
        {
            await act(keys, services, ct);
            return;
        }
        var repository = services.GetRequiredService<Repository<TAggregate>>();
        foreach (var key in keys)
        {
            // The rest is found by the next sweep: the loop must stay live, also if each row waits for a lock.
            ct.ThrowIfCancellationRequested();
            await repository.DecideAsync(key, sweep.Decide!, MessageContext.Internal());
        }
    }
}
