using Microsoft.AspNetCore.Http;

namespace Mannam.Hosting;

/// <summary>The systems that a host serves, and the services that run in its process.</summary>
public sealed class MannamServices
{
    private readonly List<SystemEntry> _systems = [];
    private readonly List<ServiceEntry> _operators = [];
    private readonly List<RestartableService> _local = [];
    private readonly HashSet<(string Event, string Source)> _publishers = [];

    private IServiceProvider? _host;

    internal MannamServices() { }

    /// <summary>The systems, each at <c>/{name}/…</c>; a single one is also at the root.</summary>
    public IReadOnlyList<SystemEntry> Systems => _systems;

    /// <summary>Operators' services, each with all its paths at <c>/{name}/…</c>, only for direct callers on this machine.</summary>
    public IReadOnlyList<ServiceEntry> Operators => _operators;

    /// <summary>The services that run in this process.</summary>
    public IReadOnlyList<RestartableService> Local => _local;

    /// <summary>A service of this process by its full name, such as <c>taxi.pickup</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public RestartableService this[string fullName] =>
        Find(fullName) ?? throw new KeyNotFoundException($"there is no service {fullName} in this process");

    /// <summary>All services that the host serves, in this process or elsewhere, by full name.</summary>
    internal IEnumerable<(string Name, ServiceEntry Service)> All =>
        [
            .. _systems.SelectMany(s => s.Services, (system, service) => ($"{system.Name}.{service.Name}", service)),
            .. _operators.Select(o => (o.Name, o)),
        ];

    /// <summary>The published events of all added systems by name, each with its source.</summary>
    internal IReadOnlySet<(string Event, string Source)> Publishers => _publishers;

    /// <summary>The host's container.</summary>
    internal IServiceProvider Host => _host ?? throw new InvalidOperationException("the host is not built");

    /// <summary>Creates the services of this process before their start, without a database. Otherwise the start does it.</summary>
    /// <exception cref="ConfigurationException">A setting is wrong or missing.</exception>
    public void Prepare() => _local.ForEach(s => s.Prepare());

    /// <summary>Whether a request may reach operators' services: sent from this machine to this machine, without a proxy.</summary>
    internal Func<HttpContext, bool> IsOperator { get; set; } =
        http => OperatorAccess.IsDirect(http) && http.Request.Host.Host is "localhost" or "127.0.0.1" or "[::1]";

    internal void Bind(IServiceProvider host) => _host = host;

    internal RestartableService? Find(string fullName) => _local.Find(s => s.Declaration.FullName == fullName);

    // Several calls may add services of the same system.
    internal void Add(SystemEntry system)
    {
        var same = _systems.FindIndex(s => s.Name == system.Name);
        if (same < 0)
            _systems.Add(system);
        else
            _systems[same] = _systems[same] with { Services = [.. _systems[same].Services, .. system.Services] };
    }

    internal void AddForOperators(ServiceEntry service) => _operators.Add(service);

    internal void Add(RestartableService service) =>
        _local.Add(
            Find(service.Declaration.FullName) is null
                ? service
                : throw new InvalidOperationException($"{service.Declaration.FullName} was added twice")
        );

    internal void AddPublishers(IEnumerable<(string Event, string Source)> publishers) => _publishers.UnionWith(publishers);
}
