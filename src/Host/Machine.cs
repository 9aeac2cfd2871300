using Mannam.Abstractions;
using Mannam.Gateway;
using Mannam.Hosting;
using Mannam.Messaging;
using Mannam.Payments.Provider;

namespace Mannam.Host;

/// <summary>All services of the chosen systems in one process behind one port. They communicate only by HTTP and events.</summary>
public sealed partial class Machine : IAsyncDisposable
{
    // Together with the longest drain (10 s) and the stop of PostgreSQL it fits the 30 s of service managers.
    private static readonly TimeSpan FrontDoorGrace = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan RestartGrace = TimeSpan.FromSeconds(10);
    private readonly MachineOptions _options;
    private readonly Settings _settings;
    private readonly Databases _databases;
    private LoopRunner? _watching;
    private readonly List<(ServiceDeclaration Service, string Topic)> _services = [];
    private Task _made = Task.CompletedTask;
    private WebApplication? _app;
    private Edge? _edge;

    private Machine(MachineOptions options)
    {
        this._options = options;
        _settings = options.Configuration.SettingsOf(HostSettings.Scope);
        _databases = new Databases(options.Postgres, _settings.Get(HostSettings.DatabasePrefix));
    }

    /// <summary>Its address.</summary>
    public Uri Address => _edge!.Address;

    /// <summary>The running services.</summary>
    public IReadOnlyCollection<ServiceHost> Running => [.. Local.Select(s => s.Running).OfType<ServiceHost>()];

    /// <summary>All its services, running or stopped.</summary>
    public IReadOnlyCollection<ServiceDeclaration> Services => [.. _services.Select(s => s.Service)];

    private IReadOnlyList<RestartableService> Local => _app?.Services.GetRequiredService<MannamServices>().Local ?? [];

    private TimeProvider Time => _options.Time ?? TimeProvider.System;

    /// <summary>Its options.</summary>
    public MachineOptions Options => _options;

    /// <summary>A running service by its full name, such as <c>taxi.pickup</c>.</summary>
    public ServiceHost this[string service] => Find(service).Running ?? throw new InvalidOperationException($"{service} is stopped");

    /// <summary>All settings of an installation of these systems.</summary>
    public static IReadOnlyCollection<(string Scope, Setting Setting)> SettingsOf(IEnumerable<SystemDeclaration> systems) =>
        [
            .. systems.SelectMany(s => s.AllSettings()),
            .. systems.SelectMany(GatewaySettings.Of),
            .. HostSettings.All.Select(s => (HostSettings.Scope, s)),
        ];

    /// <summary>The number of connections that it will need.</summary>
    public static int ConnectionsOf(IReadOnlyCollection<SystemDeclaration> systems) =>
        Databases.Needed(systems.Sum(s => s.Services.Count) + 1, systems.Count);

    /// <summary>Begins the slowest part of a start that needs no database: the models of the stores, which are built once per process.</summary>
    public static void Prepare(IEnumerable<SystemDeclaration> systems) =>
        _ = MapStoresAsync([ProviderService.Declaration, .. systems.SelectMany(s => s.Services)]);

    private static Task MapStoresAsync(IEnumerable<ServiceDeclaration> services) =>
        Task.Run(() =>
        {
            foreach (var service in services)
                ServiceHost.Prepare(service);
        });

    /// <summary>Creates missing databases and tables, starts all services, and opens the port.</summary>
    /// <exception cref="ConfigurationException">A setting is wrong or missing.</exception>
    /// <exception cref="InstallationException">PostgreSQL allows too few connections.</exception>
    public static async Task<Machine> StartAsync(MachineOptions options, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(options);
        var machine = new Machine(options);
        try
        {
            await machine.StartAsync(ct);
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    private async Task StartAsync(CancellationToken ct)
    {
        _services.Add((ProviderService.Declaration, ""));
        foreach (var system in _options.Systems)
        {
            var topic = _options.Configuration.SettingsOf(system.SettingsScope).Get(system.Topic);
            _services.AddRange(system.Services.Select(s => (s, topic)));
        }
        _services.RemoveAll(s => _options.Alone is { } alone && alone != s.Service.FullName);
        List<string> topics = _options.Kafka is not null ? [] : Topics;
        // A start is mostly compile time, so work without a database runs in parallel with the creation of the databases.
        var mapped = MapStoresAsync(_services.Select(s => s.Service));
        _app = Build();
        _edge = _app.Services.GetRequiredService<Edge>();
        _made = Task.Run(_app.Services.GetRequiredService<MannamServices>().Prepare, ct);
        await _databases.EnsureAsync(
            [.. _services.Select(s => _databases.NameOf(s.Service.FullName)), .. topics.Select(t => _databases.NameOf(t + "_log"))],
            Databases.Needed(_services.Count, topics.Count),
            ct
        );
        await mapped;
        await _made;
        await OpenAsync(_app, ct);
        if (_options.Configuration is IConfigurationRoot root && FileWatch.Of(root, _options.Logging) is { } watch)
        {
            _watching = new LoopRunner(watch, Time, _options.Logging.CreateLogger(watch.Name));
            _watching.Start();
        }
    }

    /// <summary>Stops one service: its requests get 503, its events wait. Does nothing if it is stopped.</summary>
    /// <exception cref="InstallationException">There is no such service.</exception>
    public Task StopAsync(string service) => Find(service).StopAsync(RestartGrace);

    /// <summary>Starts a stopped service. Does nothing if it runs.</summary>
    /// <exception cref="InstallationException">There is no such service.</exception>
    public Task StartAsync(string service, CancellationToken ct) => Find(service).StartAsync(ct);

    private RestartableService Find(string service) =>
        Local.FirstOrDefault(s => s.Declaration.FullName == service)
        ?? throw new InstallationException(
            $"there is no service {service}; there are {string.Join(", ", Local.Select(s => s.Declaration.FullName))}."
        );

    /// <summary>Makes the process unready while it still serves requests, for the configured time.</summary>
    public async Task DrainAsync()
    {
        _edge?.BeginDrain();
        await Task.Delay(_settings.Get(_options.Alone is null ? HostSettings.Drain : HostSettings.DrainSpreadOut), Time);
    }

    /// <summary>Stops in order: no new connections, requests in progress are finished, then the services, then the logs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _made.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_app is not null)
        {
            _edge!.BeginDrain();
            using var grace = new CancellationTokenSource(FrontDoorGrace);
            await _app.StopAsync(grace.Token);
            // If the start failed before the host's own start, the host does not stop the services that were created.
            await Task.WhenAll(Local.Select(s => s.StopAsync(RestartGrace)));
            await _app.DisposeAsync();
        }
        if (_watching is not null)
            await _watching.DisposeAsync();
    }
}
