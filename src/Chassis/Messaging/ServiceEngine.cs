using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mannam.Messaging;

/// <summary>What a service's messaging runs with.</summary>
public sealed record EngineOptions
{
    /// <summary>The system's topic; empty for a service that takes no part in events.</summary>
    public required string Topic { get; init; }

    /// <summary>How its events travel.</summary>
    public ITransport? Transport { get; init; }

    /// <summary>Who publishes what in the topic: the names of events, each with its source. From another source it is another event.</summary>
    public required IReadOnlySet<(string Event, string Source)> Publishers { get; init; }

    /// <summary>Whether other replicas of the service may run.</summary>
    public required bool Replicated { get; init; }

    /// <summary>Its clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The named points at which a test can hold up, fail or kill.</summary>
    public required Failpoints Failpoints { get; init; }

    /// <summary>Its settings.</summary>
    public required Settings Settings { get; init; }

    internal ServiceMetrics Metrics { get; init; } = null!;

    internal ExternalFailures Failures { get; init; } = null!;

    internal LoopSignals Signals { get; } = new();
}

/// <summary>A service's messaging: the loops of a service without aggregates, which are the scheduler's alone.</summary>
internal class ServiceEngine(ServiceDeclaration declaration, IServiceStore store, EngineOptions options)
{
    /// <summary>What it runs with.</summary>
    protected EngineOptions Options { get; } = options;

    /// <summary>Puts what belongs to it into the service's container.</summary>
    public virtual void Register(IServiceCollection services) { }

    /// <summary>Goes once through what its store goes through with a request.</summary>
    public virtual Task WarmUpAsync(IServiceProvider services) => Task.CompletedTask;

    /// <summary>Its loops, as its next start would make them.</summary>
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

    /// <summary>What it does by itself when it is due, by kind.</summary>
    protected virtual IEnumerable<KeyValuePair<string, ScheduledAction>> Actions => [];

    /// <summary>The kinds that recur.</summary>
    protected virtual IEnumerable<string> Recurring => [];
}

/// <summary>The messaging of a service that decides on aggregates: relay, consumer, deferred messages and scheduler.</summary>
internal sealed class ServiceEngine<TAggregate>(
    ServiceDeclaration<TAggregate> declaration,
    IServiceStore<TAggregate> store,
    EngineOptions options
) : ServiceEngine(declaration, store, options)
    where TAggregate : Aggregate
{
    /// <summary>How often it is looked for what a crash left open.</summary>
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
            // The trace parent has no space in it.
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
            // The rest is found again: the loop must go round, also where each waits for a lock.
            ct.ThrowIfCancellationRequested();
            await repository.DecideAsync(key, sweep.Decide!, MessageContext.Internal());
        }
    }
}
