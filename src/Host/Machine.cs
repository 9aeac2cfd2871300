using System.Collections.Concurrent;
using Mannam.Abstractions;
using Mannam.Gateway;
using Mannam.Hosting;
using Mannam.Kafka;
using Mannam.Local;
using Mannam.Messaging;
using Mannam.Payments.Provider;

namespace Mannam.Host;

/// <summary>All services of the chosen systems in one process behind one port. Nothing but HTTP and events passes between them.</summary>
public sealed partial class Machine : IAsyncDisposable
{
    // With the longest drain (10 s) and the end of PostgreSQL within the 30 s that service managers give.
    private static readonly TimeSpan FrontDoorGrace = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan ServicesGrace = TimeSpan.FromSeconds(4);
    private readonly MachineOptions options;
    private readonly Settings settings;
    private readonly Databases databases;
    private readonly LocalTransport log = new();
    private readonly KafkaTransport? kafka;
    private readonly List<LoopRunner> logs = [];
    private readonly ConcurrentDictionary<string, ServiceHost?> running = [];
    private readonly SemaphoreSlim turn = new(1);
    private readonly List<(ServiceDeclaration Service, string Topic)> services = [];
    private Task made = Task.CompletedTask;
    private EdgeServer? edge;

    private Machine(MachineOptions options)
    {
        this.options = options;
        settings = options.Configuration.SettingsOf(HostSettings.Scope);
        databases = new Databases(options.Postgres, settings.Get(HostSettings.DatabasePrefix));
        if (options.Kafka is not null)
            kafka = HostSettings.Kafka(options.Kafka, settings, options.Logging);
    }

    /// <summary>Where it answers.</summary>
    public Uri Address => edge!.Address;

    /// <summary>The services that run now.</summary>
    public IReadOnlyCollection<ServiceHost> Running => [.. running.Values.OfType<ServiceHost>()];

    /// <summary>Every service it has, running or stopped.</summary>
    public IReadOnlyCollection<ServiceDeclaration> Services => [.. services.Select(s => s.Service)];

    private TimeProvider Time => options.Time ?? TimeProvider.System;

    /// <summary>What it was started with.</summary>
    public MachineOptions Options => options;

    /// <summary>A running service by its full name, such as <c>taxi.pickup</c>.</summary>
    public ServiceHost this[string service] => running[service] ?? throw new InvalidOperationException($"{service} is stopped");

    /// <summary>Every setting that an installation of these systems has.</summary>
    public static IReadOnlyCollection<(string Scope, Setting Setting)> SettingsOf(IEnumerable<SystemDeclaration> systems) =>
        [
            .. systems.SelectMany(s => s.AllSettings()),
            .. systems.SelectMany(GatewaySettings.Of),
            .. HostSettings.All.Select(s => (HostSettings.Scope, s)),
        ];

    /// <summary>How many connections it will need.</summary>
    public static int ConnectionsOf(IReadOnlyCollection<SystemDeclaration> systems) =>
        Databases.Needed(systems.Sum(s => s.Services.Count) + 1, systems.Count);

    /// <summary>Begins what a start of these systems takes longest for and needs no database for: the models of their stores, which a process makes once.</summary>
    public static void Prepare(IEnumerable<SystemDeclaration> systems) =>
        _ = MapStoresAsync([ProviderService.Declaration, .. systems.SelectMany(s => s.Services)]);

    private static Task MapStoresAsync(IEnumerable<ServiceDeclaration> services) =>
        Task.Run(() =>
        {
            foreach (var service in services)
                ServiceHost.Prepare(service);
        });

    /// <summary>Makes databases and tables where they are missing, starts all services, and opens the port.</summary>
    /// <exception cref="ConfigurationException">A setting is wrong or missing.</exception>
    /// <exception cref="InstallationException">PostgreSQL is too small.</exception>
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
        services.Add((ProviderService.Declaration, ""));
        foreach (var system in options.Systems)
        {
            var topic = options.Configuration.SettingsOf(system.SettingsScope).Get(system.Topic);
            services.AddRange(system.Services.Select(s => (s, topic)));
        }
        services.RemoveAll(s => options.Alone is { } alone && alone != s.Service.FullName);
        List<string> topics = kafka is not null ? [] : Topics;
        // A start is mostly the compiler's time: what needs no database is made while the databases are, each beside the other.
        var mapped = MapStoresAsync(services.Select(s => s.Service));
        made = Task.Run(
            () => services.ForEach(s => running[s.Service.FullName] = new ServiceHost(s.Service, EnvironmentOf(s.Service, s.Topic))),
            ct
        );
        await databases.EnsureAsync(
            [.. services.Select(s => databases.NameOf(s.Service.FullName)), .. topics.Select(t => databases.NameOf(t + "_log"))],
            Databases.Needed(services.Count, topics.Count),
            ct
        );
        foreach (var topic in topics)
            await StartLogAsync(topic, ct);
        await mapped;
        await made;
        await Task.WhenAll(Running.Select(s => s.StartAsync(ct)));
        await Task.WhenAll(Running.Select(s => s.WarmUpCallsAsync()));
        await OpenFrontDoorAsync(ct);
        if (options is { Configuration: IConfigurationRoot root, RunLoops: true } && FileWatch.Of(root, options.Logging) is { } watch)
        {
            logs.Add(new LoopRunner(watch, Time, options.Logging.CreateLogger(watch.Name)));
            logs[^1].Start();
        }
    }

    private async Task StartLogAsync(string topic, CancellationToken ct)
    {
        var partitions = (int)settings.Get(HostSettings.Partitions);
        var writer = await log.AddTopicAsync(topic, databases.Log(topic), partitions, new Failpoints($"{topic}.log"), ct);
        var logger = options.Logging.CreateLogger($"{topic}.log");
        if (log.PartitionsOf(topic) is var own && own != partitions)
            logger.LogWarning(
                "The log of {Topic} keeps its {Own} partitions; Host:Partitions={Configured} is for a log that is made",
                topic,
                own,
                partitions
            );
        logs.Add(new LoopRunner(writer, Time, logger));
        if (options.RunLoops)
            logs[^1].Start();
    }

    private ServiceEnvironment EnvironmentOf(ServiceDeclaration service, string topic) =>
        new()
        {
            ConnectionString = databases.Service(service.FullName),
            Topic = topic,
            Publishers = options.Systems.SelectMany(s => s.Publishers).ToHashSet(),
            Transport = kafka is null ? log : kafka,
            Configuration = options.Configuration,
            InternalKey = options.InternalKey,
            InProcess = peer => services.Exists(s => s.Service.FullName == peer) ? new InProcessHandler(() => ServerOf(peer)) : null,
            Replicated = options.Alone is not null,
            Logging = options.Logging,
            Time = options.Time,
            RunLoops = options.RunLoops,
        };

    private InProcessServer? ServerOf(string service) => running.GetValueOrDefault(service)?.Server;

    /// <summary>Stops one service; its requests are answered 503, its events wait. Nothing happens when it is stopped already.</summary>
    /// <exception cref="InstallationException">There is no such service.</exception>
    public async Task StopAsync(string service)
    {
        Find(service);
        await turn.WaitAsync();
        try
        {
            if (running[service] is not { } host)
                return;
            // First out of sight, then stopped: what was begun is finished.
            running[service] = null;
            await host.DisposeAsync();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Starts a service that was stopped. Nothing happens when it runs.</summary>
    /// <exception cref="InstallationException">There is no such service.</exception>
    public async Task StartAsync(string service, CancellationToken ct)
    {
        var (declaration, topic) = Find(service);
        await turn.WaitAsync(ct);
        try
        {
            if (running[service] is null)
                running[service] = await ServiceHost.StartAsync(declaration, EnvironmentOf(declaration, topic), ct);
        }
        finally
        {
            turn.Release();
        }
    }

    private (ServiceDeclaration, string) Find(string service) =>
        services.Find(s => s.Service.FullName == service) is { Service: not null } found
            ? found
            : throw new InstallationException(
                $"there is no service {service}; there are {string.Join(", ", services.Select(s => s.Service.FullName))}."
            );

    /// <summary>Waits until a saga has come to rest in all services that run.</summary>
    /// <exception cref="TimeoutException">It had not within 30 s, or the time given.</exception>
    public Task SettledAsync(long key, TimeSpan? within = null) =>
        Settlement.SettledAsync(Running, key, within ?? TimeSpan.FromSeconds(30));

    /// <summary>From now on unready, while requests are served, for as long as it is configured.</summary>
    public async Task DrainAsync()
    {
        edge?.BeginDrain();
        await Task.Delay(settings.Get(options.Alone is null ? HostSettings.Drain : HostSettings.DrainSpreadOut), Time);
    }

    /// <summary>Stops in order: no new connections, requests begun are finished, then the services, then the logs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (edge is not null)
        {
            using var grace = new CancellationTokenSource(FrontDoorGrace);
            await edge.StopAsync(grace.Token);
            await edge.DisposeAsync();
        }
        await made.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(running.Values.OfType<ServiceHost>().Select(s => s.StopAsync(ServicesGrace).AsTask()));
        running.Clear();
        foreach (var writer in logs)
            await writer.DisposeAsync();
        await log.DisposeAsync();
        kafka?.Dispose();
        turn.Dispose();
    }
}
