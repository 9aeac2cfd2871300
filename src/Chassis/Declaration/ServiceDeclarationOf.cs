using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mannam.Chassis.Hosting;
using Mannam.Chassis.Messaging;
using Mannam.Chassis.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mannam.Chassis.Declaration;

/// <summary>The declaration of a service that decides on one aggregate a saga, and takes part in its system's events.</summary>
/// <typeparam name="TDb">Its store.</typeparam>
/// <typeparam name="TAggregate">What it decides on; one row a saga.</typeparam>
public sealed class ServiceDeclaration<TDb, TAggregate>(string system, string name, string title, Func<long, TAggregate> create)
    : ServiceDeclaration(system, name, title)
    where TDb : ServiceDb
    where TAggregate : Aggregate
{
    private readonly Dictionary<string, EventPolicy<TAggregate>> _policies = [];

    public override IReadOnlyList<string> SubscribesTo => [.. _policies.Keys];

    /// <summary>The service publishes this event.</summary>
    public ServiceDeclaration<TDb, TAggregate> Publishing<TEvent>()
        where TEvent : IEvent
    {
        Published.Add(typeof(TEvent).Name);
        return this;
    }

    /// <summary>Whenever this event happens, found by its name, the policy decides.</summary>
    public ServiceDeclaration<TDb, TAggregate> Whenever<TEvent>(Policy<TEvent, TAggregate> policy)
    {
        var language = Language ?? throw new InvalidOperationException($"{FullName} declares no language");
        _policies.Add(typeof(TEvent).Name, EventPolicy<TAggregate>.Of((JsonTypeInfo<TEvent>)language.GetTypeInfo(typeof(TEvent))!, policy));
        return this;
    }

    /// <summary>Once this is due, the action does it; it throws when it has to be tried again, and is safe to repeat.</summary>
    public ServiceDeclaration<TDb, TAggregate> Owing<TDue>(Func<TDue, IServiceProvider, CancellationToken, Task> action)
        where TDue : IDue
    {
        var json = (JsonTypeInfo<TDue>)Language!.GetTypeInfo(typeof(TDue))!;
        Owed.Add(typeof(TDue).Name, (data, services, ct) => action(JsonSerializer.Deserialize(data, json)!, services, ct));
        return this;
    }

    internal override void Register(IServiceCollection services, ServiceParts parts)
    {
        services.AddPooledDbContextFactory<TDb>(o => parts.Configure(o), poolSize: 64);
        services.AddSingleton(s => new Aggregates<TDb, TAggregate>(s.GetRequiredService<IDbContextFactory<TDb>>(), Work(parts), create));
    }

    private UnitOfWork Work(ServiceParts parts) =>
        new(new EventWriter($"/{System}/{Name}", Language!, parts.Time), Language!, parts.Time, parts.Points, parts.Outbox, parts.Due);

    internal override Task WarmUpStoreAsync(IServiceProvider services) =>
        services.GetRequiredService<Aggregates<TDb, TAggregate>>().WarmUpAsync();

    internal override IEnumerable<ILoop> Loops(IServiceProvider services, ServiceParts parts)
    {
        if (Published.Count > 0)
            yield return new Relay(parts.ConnectionString, parts.Topic, parts.Transport, parts.Points, parts.Outbox, parts.Metrics);
        if (_policies.Count > 0)
        {
            var handler = new Handler<TDb, TAggregate>(
                services.GetRequiredService<IDbContextFactory<TDb>>(),
                _policies,
                create,
                Work(parts)
            );
            var log = services.GetRequiredService<ILoggerFactory>().CreateLogger(FullName);
            yield return new Consumer<TDb, TAggregate>(
                parts.Topic,
                FullName,
                parts.Transport,
                parts.Database,
                handler,
                parts.Time,
                parts.Points,
                parts.Metrics,
                log
            );
            yield return new WaitingLoop<TDb, TAggregate>(handler, parts.Time, parts.Points, parts.Metrics, log);
        }
        if (Owed.Count > 0)
            yield return new DueLoop(parts.Database, Owed, services, parts.Time, parts.Points, parts.Due);
    }
}
