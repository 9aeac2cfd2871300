using System.Reflection;
using System.Text.Json.Serialization;

namespace Mannam.Abstractions;

/// <summary>A service as data: what it stores, publishes, subscribes to, calls and serves. The chassis wires the service from it, and draws the context
/// map. Packages add their part as a feature, such as the store and the routes.</summary>
/// <param name="system">The system, such as <c>taxi</c>; also the default topic. Empty for a service that all systems share.</param>
/// <param name="name">The service, such as <c>pickup</c>.</param>
/// <param name="title">The name that people use.</param>
public class ServiceDeclaration(string system, string name, string title)
{
    private readonly List<object> _features = [];
    private readonly List<Setting> _settings = [];
    private readonly List<PeerCall> _calls = [];
    private readonly List<string> _publishes = [];

    /// <summary>The system, such as <c>taxi</c>; empty for a service that all systems share.</summary>
    public string System { get; } = system;

    /// <summary>The service's name within its system.</summary>
    public string Name { get; } = name;

    /// <summary>The name on the command line and in logs: <c>taxi.pickup</c>, <c>provider</c>.</summary>
    public string FullName { get; } = system.Length == 0 ? name : $"{system}.{name}";

    /// <summary>The source of its events, <c>ce_source</c>: <c>/taxi/pickup</c>.</summary>
    public string Source { get; } = $"/{system}/{name}";

    /// <summary>The name that people use.</summary>
    public string Title { get; } = title;

    /// <summary>The prefix of its settings' names: <c>Taxi:Pickup</c>.</summary>
    public string SettingsScope { get; } = system.Length == 0 ? Capital(name) : $"{Capital(system)}:{Capital(name)}";

    /// <summary>The first segments of the paths that it serves.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Its rank; core by default.</summary>
    public Rank Rank { get; init; }

    /// <summary>Its port when it runs alone.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>The embedded script that creates its tables, and its assembly.</summary>
    public required (Assembly Assembly, string Resource) Schema { get; init; }

    /// <summary>The source-generated serialization of its messages: published, received and scheduled.</summary>
    public JsonSerializerContext? JsonContext { get; init; }

    /// <summary>Its settings.</summary>
    public IReadOnlyList<Setting> Settings
    {
        get => _settings;
        init => _settings = [.. value];
    }

    /// <summary>The peers that it calls synchronously.</summary>
    public IReadOnlyList<PeerCall> Calls
    {
        get => _calls;
        init => _calls = [.. value];
    }

    /// <summary>All its settings: its own, and those of its calls.</summary>
    public IEnumerable<Setting> AllSettings => [.. Settings, .. Calls.SelectMany(c => c.AllSettings)];

    /// <summary>Additional work before the service is ready, so that the first request is as fast as later ones.</summary>
    public Func<IServiceProvider, Task> WarmUp { get; init; } = _ => Task.CompletedTask;

    /// <summary>The names of the events that it publishes.</summary>
    public IReadOnlyList<string> Publishes => _publishes;

    /// <summary>The names of the events that it subscribes to.</summary>
    public virtual IReadOnlyList<string> SubscribesTo => [];

    /// <summary>Adds a package's part of the declaration.</summary>
    public void Add(object feature) => _features.Add(feature);

    /// <summary>All features of this type, in the order in which they were added.</summary>
    public IEnumerable<TFeature> Features<TFeature>() => _features.OfType<TFeature>();

    internal void Publish(string name) => _publishes.Add(name);

    internal void Add(Setting setting) => _settings.Add(setting);

    internal void Add(PeerCall call) => _calls.Add(call);

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
