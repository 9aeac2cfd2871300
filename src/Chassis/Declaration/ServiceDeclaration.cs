using System.Reflection;
using System.Text.Json.Serialization;
using Mannam.Chassis.Configuration;
using Mannam.Chassis.Hosting;
using Mannam.Chassis.Messaging;
using Mannam.Chassis.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mannam.Chassis.Declaration;

/// <summary>All that touches a service, as data: what it stores, publishes, subscribes to, calls and serves. The chassis wires the service from it, and
/// draws the context map.</summary>
/// <param name="system">The system, such as <c>taxi</c>; also its topic, unless configured.</param>
/// <param name="name">The service, such as <c>pickup</c>.</param>
/// <param name="title">What people call it.</param>
public abstract class ServiceDeclaration(string system, string name, string title)
{
    /// <summary>The system, such as <c>taxi</c>; empty for a service that all systems share.</summary>
    public string System { get; } = system;

    /// <summary>The service's name within its system.</summary>
    public string Name { get; } = name;

    /// <summary>The name on the command line and in logs: <c>taxi.pickup</c>, <c>provider</c>.</summary>
    public string FullName { get; } = system.Length == 0 ? name : $"{system}.{name}";

    /// <summary>The source of its events, <c>ce_source</c>: <c>/taxi/pickup</c>.</summary>
    public string Source { get; } = $"/{system}/{name}";

    /// <summary>What people call it.</summary>
    public string Title { get; } = title;

    /// <summary>The first parts of its settings' names: <c>Taxi:Pickup</c>.</summary>
    public string SettingsScope { get; } = system.Length == 0 ? Capital(name) : $"{Capital(system)}:{Capital(name)}";

    /// <summary>The first segments of the paths it serves.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>The port it has when it runs alone.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>The embedded script of its tables, and the assembly that holds it.</summary>
    public required (Assembly Assembly, string Resource) Schema { get; init; }

    /// <summary>The source-generated serialisation of the events it publishes, receives, and owes itself.</summary>
    public JsonSerializerContext? JsonContext { get; init; }

    /// <summary>Its settings.</summary>
    public IReadOnlyList<Setting> Settings
    {
        get => SettingList;
        init => SettingList = [.. value];
    }

    /// <summary>The peers it calls synchronously.</summary>
    public IReadOnlyList<PeerCall> Calls
    {
        get => CallList;
        init => CallList = [.. value];
    }

    /// <summary>All its settings: its own, and those of its calls.</summary>
    public IEnumerable<Setting> AllSettings => [.. Settings, .. Calls.SelectMany(c => c.AllSettings)];

    /// <summary>What else its container holds.</summary>
    public Action<IServiceCollection>? Services
    {
        get => ConfigureServices;
        init => ConfigureServices = value;
    }

    /// <summary>What else it does before it is ready, so that the first request is as fast as the next.</summary>
    public Func<IServiceProvider, Task> WarmUp { get; init; } = _ => Task.CompletedTask;

    /// <summary>Its routes.</summary>
    public required Action<IEndpointRouteBuilder> Routes { get; init; }

    /// <summary>The names of the events it publishes.</summary>
    public IReadOnlyList<string> Publishes => PublishedEvents;

    /// <summary>The names of the events it subscribes to.</summary>
    public abstract IReadOnlyList<string> SubscribesTo { get; }

    private protected List<string> PublishedEvents { get; } = [];

    private protected List<Setting> SettingList { get; init; } = [];

    private protected List<PeerCall> CallList { get; init; } = [];

    private protected Action<IServiceCollection>? ConfigureServices { get; set; }

    private protected Dictionary<string, ScheduledAction> ScheduledActions { get; } = [];

    private protected List<string> RecurringActions { get; } = [];

    /// <summary>Puts its store and its aggregate into its container.</summary>
    internal abstract void Register(IServiceCollection services, ServiceRuntime runtime);

    /// <summary>How many connections each kind of its work keeps.</summary>
    internal virtual ConnectionPools Pools => ConnectionPools.OfSharedCommits;

    /// <summary>Maps its store, unless that was done in this process already: otherwise its start does.</summary>
    public abstract void MapStore();

    /// <summary>Goes once through what its store goes through with a request.</summary>
    internal abstract Task WarmUpStoreAsync(IServiceProvider services);

    /// <summary>Its loops: relay and consumer, where it takes part in events.</summary>
    internal abstract IEnumerable<ILoop> Loops(IServiceProvider services, ServiceRuntime runtime);

    /// <summary>The loop of what is due: what the service owes, its sweeps, and every service's housekeeping.</summary>
    internal Scheduler Scheduler(IServiceProvider services, ServiceRuntime runtime) =>
        new(
            runtime.Database,
            ScheduledActions.Concat(Retention.Actions).ToDictionary(),
            [.. RecurringActions, .. Retention.Actions.Keys],
            services,
            runtime.Time,
            runtime.Failpoints,
            runtime.Due,
            runtime.Metrics,
            runtime.Failures,
            services.GetRequiredService<ILoggerFactory>().CreateLogger(FullName)
        );

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
