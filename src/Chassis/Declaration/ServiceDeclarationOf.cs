using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mannam.Chassis.Configuration;
using Mannam.Chassis.Hosting;
using Mannam.Chassis.Messaging;
using Mannam.Chassis.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mannam.Chassis.Declaration;

/// <summary>The declaration of a service that decides on one aggregate a saga, and takes part in its system's events.</summary>
/// <typeparam name="TDb">Its store.</typeparam>
/// <typeparam name="TAggregate">What it decides on; one row a saga.</typeparam>
public sealed class ServiceDeclaration<TDb, TAggregate>(string system, string name, string title, Func<long, TAggregate> create)
    : ServiceDeclaration(system, name, title)
    where TDb : ServiceDb
    where TAggregate : Aggregate
{
    /// <summary>How often it is looked for what a crash left open.</summary>
    public static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, EventPolicy<TAggregate>> _policies = [];

    /// <summary>What follows from whose event, by the event's name.</summary>
    internal IReadOnlyDictionary<string, EventPolicy<TAggregate>> Policies => _policies;

    public override IReadOnlyList<string> SubscribesTo => [.. _policies.Keys];

    /// <summary>The service publishes this event.</summary>
    public ServiceDeclaration<TDb, TAggregate> Publishing<TEvent>()
        where TEvent : IEvent
    {
        PublishedEvents.Add(typeof(TEvent).Name);
        return this;
    }

    /// <summary>Whenever this event happens, found by its name, the policy decides.</summary>
    public ServiceDeclaration<TDb, TAggregate> Whenever<TEvent>(Policy<TEvent, TAggregate> policy)
    {
        _policies.Add(typeof(TEvent).Name, EventPolicy<TAggregate>.Of(Json<TEvent>(), policy));
        return this;
    }

    /// <summary>The same for a policy that has to know something besides: the time of the event, a setting as it is now, an id for what comes about.</summary>
    /// <param name="known">Finds it out before the policy decides; asked again when the event is handled again.</param>
    /// <param name="policy">The policy.</param>
    public ServiceDeclaration<TDb, TAggregate> Whenever<TEvent, TKnown>(
        Policy<TEvent, TAggregate, TKnown> policy,
        Func<ReceivedEvent, IServiceProvider, ValueTask<TKnown>> known
    )
    {
        var asked = EventPolicy<TAggregate>.Of(Json<TEvent>(), policy) with { Known = async (e, services) => await known(e, services) };
        _policies.Add(asked.Event, asked);
        return this;
    }

    /// <summary>The same for a policy that has to know how the service's other sagas stand, such as who has the fewest. It is found out in the transaction
    /// of the decision, after all that was decided before is stored in it, while no other replica is about to decide so.</summary>
    /// <param name="known">Asks the store, within the transaction; asked again when the event is handled again.</param>
    /// <param name="policy">The policy.</param>
    public ServiceDeclaration<TDb, TAggregate> WheneverInTurn<TEvent, TKnown>(
        Policy<TEvent, TAggregate, TKnown> policy,
        Func<TDb, IServiceProvider, ValueTask<TKnown>> known
    )
    {
        var asked = EventPolicy<TAggregate>.Of(Json<TEvent>(), policy) with
        {
            InTurn = async (db, services) => await known((TDb)db, services),
        };
        _policies.Add(asked.Event, asked);
        return this;
    }

    /// <summary>Its container holds this too.</summary>
    public ServiceDeclaration<TDb, TAggregate> WithServices(Action<IServiceCollection> services)
    {
        ConfigureServices += services;
        return this;
    }

    /// <summary>The service gives ids, from this sequence of its store: its container holds the <see cref="IdSequence"/>.</summary>
    public ServiceDeclaration<TDb, TAggregate> WithIdSequence(string sequence) =>
        WithServices(s => s.AddSingleton(p => new IdSequence(p.GetRequiredService<NpgsqlDataSource>(), sequence)));

    /// <summary>The service has this setting too.</summary>
    public ServiceDeclaration<TDb, TAggregate> WithSetting(Setting setting)
    {
        SettingList.Add(setting);
        return this;
    }

    /// <summary>The service calls this peer too.</summary>
    public ServiceDeclaration<TDb, TAggregate> Calling(PeerCall call)
    {
        CallList.Add(call);
        return this;
    }

    /// <summary>Once this is due, the action does it; it throws when it has to be tried again, and is safe to repeat.</summary>
    public ServiceDeclaration<TDb, TAggregate> WhenDue<TDue>(Func<TDue, IServiceProvider, CancellationToken, Task> action)
        where TDue : IScheduledMessage
    {
        var json = Json<TDue>();
        ScheduledActions.Add(
            typeof(TDue).Name,
            async (data, services, ct) =>
            {
                await action(JsonSerializer.Deserialize(data, json)!, services, ct);
                return null;
            }
        );
        return this;
    }

    /// <summary>Every <see cref="SweepEvery"/>, settles what a crash left open.</summary>
    /// <param name="name">What is swept, such as <c>OpenRequests</c>.</param>
    /// <param name="open">The rows that are open.</param>
    /// <param name="olderThan">How long they have been, by the database's clock; longer than any live request takes, whose version decides otherwise.</param>
    /// <param name="settle">What becomes of each.</param>
    public ServiceDeclaration<TDb, TAggregate> Sweeping(
        string name,
        OpenRows open,
        Func<Settings, TimeSpan> olderThan,
        Func<TAggregate, Decision> settle
    ) =>
        Sweeping(
            name,
            open,
            olderThan,
            async (keys, services, ct) =>
            {
                var aggregates = services.GetRequiredService<Repository<TDb, TAggregate>>();
                foreach (var key in keys)
                {
                    // The rest is found again: the loop must go round, also where each waits for a lock.
                    ct.ThrowIfCancellationRequested();
                    await aggregates.DecideAsync(key, settle, MessageContext.Internal());
                }
            }
        );

    /// <summary>The same, where it takes more than a decision.</summary>
    /// <inheritdoc cref="Sweeping(string, OpenRows, Func{Settings, TimeSpan}, Func{TAggregate, Decision})"/>
    public ServiceDeclaration<TDb, TAggregate> Sweeping(
        string name,
        OpenRows open,
        Func<Settings, TimeSpan> olderThan,
        Func<IReadOnlyList<long>, IServiceProvider, CancellationToken, Task> settle
    )
    {
        RecurringActions.Add(name);
        ScheduledActions.Add(
            name,
            async (_, services, ct) =>
            {
                if (await OpenAsync(services, open, olderThan, ct) is { Count: > 0 } keys)
                    await settle(keys, services, ct);
                return SweepEvery;
            }
        );
        return this;
    }

    private JsonTypeInfo<T> Json<T>()
    {
        var language = JsonContext ?? throw new InvalidOperationException($"{FullName} declares no language");
        return (JsonTypeInfo<T>?)language.GetTypeInfo(typeof(T))
            ?? throw new InvalidOperationException($"{typeof(T).Name} is not in {language.GetType().Name}");
    }

    private static async Task<List<long>> OpenAsync(
        IServiceProvider services,
        OpenRows open,
        Func<Settings, TimeSpan> olderThan,
        CancellationToken ct
    )
    {
        await using var batch = services.GetRequiredService<ServiceRuntime>().Database.CreateBatch();
        batch.BatchCommands.Add(open.Restart());
        batch.BatchCommands.Add(open.Find(olderThan(services.GetRequiredService<Settings>())));
        await using var rows = await batch.ExecuteReaderAsync(ct);
        var keys = new List<long>();
        while (await rows.ReadAsync(ct))
            keys.Add(rows.GetInt64(0));
        return keys;
    }

    internal override void Register(IServiceCollection services, ServiceRuntime runtime)
    {
        services.AddPooledDbContextFactory<TDb>(o => ContextModel<TDb>.Configure(o, runtime.Reads), poolSize: 64);
        services.AddSingleton(s =>
        {
            var map = new RowMapper<TAggregate>(ContextModel<TDb>.Model.FindEntityType(typeof(TAggregate))!);
            return new AggregateStore<TAggregate>(
                map,
                new EventSerializer(Source, JsonContext!, runtime.Time),
                JsonContext!,
                PublishedEvents,
                runtime
            );
        });
        services.AddSingleton(s => new Repository<TDb, TAggregate>(
            s.GetRequiredService<IDbContextFactory<TDb>>(),
            s.GetRequiredService<AggregateStore<TAggregate>>(),
            create
        ));
    }

    public override void MapStore() => _ = ContextModel<TDb>.Model;

    internal override Task WarmUpStoreAsync(IServiceProvider services) =>
        services.GetRequiredService<Repository<TDb, TAggregate>>().WarmUpAsync();

    internal override IEnumerable<ILoop> Loops(IServiceProvider services, ServiceRuntime runtime)
    {
        if (PublishedEvents.Count > 0)
            yield return new OutboxRelay(
                () => new RelayLock(runtime.ConnectionString, runtime.Replicated, runtime.Outbox),
                runtime.Topic,
                runtime.Transport,
                runtime.Failpoints,
                runtime.Outbox,
                runtime.Metrics
            );
        if (_policies.Count > 0)
        {
            var handler = new PolicyHandler<TDb, TAggregate>(
                ContextModel<TDb>.Contexts(runtime.Database),
                _policies,
                runtime.Publishers,
                create,
                services.GetRequiredService<AggregateStore<TAggregate>>(),
                services
            );
            var log = services.GetRequiredService<ILoggerFactory>().CreateLogger(FullName);
            var notices = new HistoryNotices(runtime.Metrics, runtime.Time, log);
            yield return new Consumer<TDb, TAggregate>(
                runtime.Topic,
                FullName,
                runtime.Transport,
                runtime.Database,
                handler,
                new RestoreDetector<TAggregate>(
                    Source,
                    services.GetRequiredService<AggregateStore<TAggregate>>(),
                    services.GetService<IdSequence>(),
                    notices
                ),
                notices,
                runtime.Time,
                runtime.Failpoints,
                runtime.Metrics,
                runtime.Failures,
                log
            );
            yield return new DeferredMessageLoop<TDb, TAggregate>(
                runtime.Database,
                handler,
                runtime.Time,
                runtime.Failpoints,
                runtime.Metrics,
                runtime.Failures,
                log
            );
        }
    }
}
