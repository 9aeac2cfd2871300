using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Hosting;

/// <summary>One running service: a complete web application with its own container, configuration, database and loops.</summary>
public sealed class ServiceHost : IAsyncDisposable
{
    // The maximum time between heartbeats; a loop without one is stuck.
    private static readonly TimeSpan LongestBeat = TimeSpan.FromSeconds(60);
    private readonly ServiceEnvironment _environment;
    private readonly TimeProvider _time;
    private readonly IServiceStore _store;
    private readonly EngineOptions _options;
    private readonly ServiceEngine _engine;
    private readonly WebApplication _app;
    private readonly List<ILoop> _loops;
    private readonly List<LoopRunner> _runners = [];

    /// <summary>Creates a declared service without starting it: no database and no other service is used.</summary>
    /// <exception cref="ConfigurationException">A setting is wrong or missing.</exception>
    public ServiceHost(ServiceDeclaration declaration, ServiceEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        ArgumentNullException.ThrowIfNull(environment);
        (Declaration, _environment) = (declaration, environment);
        _time = environment.Time ?? new StoreClock(TimeProvider.System);
        Failpoints = new Failpoints(declaration.FullName);
        var storage =
            declaration.Features<IStorage>().LastOrDefault()
            ?? throw new InvalidOperationException($"{declaration.FullName} declares no store");
        _store = storage.Open(declaration, environment.ConnectionString, Failpoints);
        var metrics = new ServiceMetrics(declaration.FullName, _time) { Count = _store.CountAsync };
        _options = new EngineOptions
        {
            Topic = environment.Topic,
            Transport = environment.Transport,
            Publishers = environment.Publishers,
            Replicated = environment.Replicated,
            Time = _time,
            Failpoints = Failpoints,
            Settings = environment.Configuration.SettingsOf(declaration.SettingsScope),
            Metrics = metrics,
            Failures = new ExternalFailures(metrics, _store),
        };
        _engine = storage.Engine(declaration, _store, _options);
        _app = Build(storage);
        _loops = MakeLoops();
        metrics.Lag = () => Lag ?? 0;
    }

    public ServiceDeclaration Declaration { get; }

    /// <summary>Accepts the requests that the edge forwards.</summary>
    public InProcessServer Server { get; } = new();

    /// <summary>The failpoints for tests.</summary>
    public Failpoints Failpoints { get; }

    /// <summary>The service's container.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Its loops by name, for tests that run single steps.</summary>
    public IReadOnlyDictionary<string, ILoop> Loops => _loops.ToDictionary(l => l.Name);

    /// <summary>Creates new loops, as the next start would: a simulated crash discards the old ones.</summary>
    internal List<ILoop> MakeLoops() => [.. _engine.Loops(_app.Services)];

    /// <summary>Begins the slowest part of a start that needs no database: the model of the service's store, which is built once per process.</summary>
    public static void Prepare(ServiceDeclaration declaration)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        foreach (var storage in declaration.Features<IStorage>())
            storage.Prepare();
    }

    /// <summary>Creates a service and starts it.</summary>
    /// <exception cref="ConfigurationException">A setting is wrong or missing.</exception>
    public static async Task<ServiceHost> StartAsync(ServiceDeclaration declaration, ServiceEnvironment environment, CancellationToken ct)
    {
        var host = new ServiceHost(declaration, environment);
        try
        {
            await host.StartAsync(ct);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Applies the schema, and starts to accept requests and events.</summary>
    /// <exception cref="Exception">Its database is unreachable, or a step of its schema failed.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        await _store.ApplySchemaAsync(ct);
        await MeasureAsync(ct);
        await _app.StartAsync(ct);
        await WarmUpAsync();
        var log = _environment.Logging.CreateLogger(Declaration.FullName);
        if (_environment.RunLoops)
            _runners.AddRange(_loops.Select(l => new LoopRunner(l, _time, log, e => Failed(l.Name, e))));
        _runners.ForEach(r => r.Start());
    }

    /// <summary>Reports a failed step of a loop. The step is repeated.</summary>
    internal void Failed(string loop, Exception e) => _options.Failures.Report(loop, ExternalFailure.Of(e, asked: false));

    // Measured before anything is stored. Later the scheduler measures.
    private async Task MeasureAsync(CancellationToken ct)
    {
        if (_time is not StoreClock clock)
            return;
        // The first query on a new connection is slower, so its result is not used.
        await _store.ReadClockAsync(ct);
        var asked = clock.GetTimestamp();
        clock.Measured(asked, await _store.ReadClockAsync(ct));
    }

    private async Task WarmUpAsync()
    {
        await _engine.WarmUpAsync(Services);
        await Declaration.WarmUp(Services);
        using var itself = new HttpClient(new InProcessHandler(Server)) { BaseAddress = new Uri("http://localhost/") };
        foreach (var path in Declaration.Paths)
        {
            (await itself.GetAsync(path)).Dispose();
            (await itself.GetAsync($"{path}/{long.MaxValue}")).Dispose();
        }
        // Only to paths that expect a body, with a body that no service accepts as a request.
        foreach (
            var path in Services.GetRequiredService<EndpointDataSource>().Endpoints.Where(EndpointDescription.TakesPost).Select(PathOf)
        )
        {
            using var broken = new StringContent("{", System.Text.Encoding.UTF8, "application/json");
            (await itself.PostAsync(path, broken)).Dispose();
        }
    }

    private static string PathOf(Endpoint endpoint) => ((RouteEndpoint)endpoint).RoutePattern.RawText!;

    /// <summary>Warms up the calls to its peers, after they have started.</summary>
    public Task WarmUpCallsAsync() => Services.GetRequiredService<Peers>().WarmUpAsync();

    private WebApplication Build(IStorage storage)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = Declaration.FullName });
        builder.UseInProcess(Server);
        builder.Services.AddSingleton(_environment.Logging);
        builder.Services.AddSingleton(_time);
        builder.Services.AddSingleton(_options.Settings);
        builder.Services.AddSingleton(_store.Idempotency);
        builder.Services.AddSingleton(_store.Retention);
        builder.Services.AddSingleton(Failpoints);
        builder.Services.AddSingleton(_options.Failures);
        builder.Services.AddSingleton(new Peers(Declaration, _options.Settings, _environment, _time, Failpoints));
        builder.Services.AddRouting();
        builder.Services.AddMannamHttp(Declaration.Title);
        storage.Register(builder.Services, _store);
        _engine.Register(builder.Services);
        foreach (var services in Declaration.Features<ServicesFeature>())
            services.Register(builder.Services);
        var app = builder.Build();
        app.UseMannamHttp();
        app.UseMiddleware<IdempotencyMiddleware>();
        foreach (var routes in Declaration.Features<RoutesFeature>())
            routes.Map(app);
        return app;
    }

    /// <summary>Guarantee 8. Every loop has a recent heartbeat.</summary>
    public bool IsLive => _runners.TrueForAll(r => r.SinceLastBeat < LongestBeat);

    /// <summary>Guarantee 8. Ready: the store can be written and its schema is current.</summary>
    public async ValueTask<ServiceHealth> HealthAsync(CancellationToken ct)
    {
        var details = new Dictionary<string, string>();
        foreach (var runner in _runners)
            details[runner.Name] = runner.State;
        foreach (var held in _options.Metrics.Held.GroupBy(h => h.What))
            details[$"held {held.Key}"] = string.Join("; ", held);
        foreach (var (peer, state) in Services.GetRequiredService<Peers>().Circuits)
            details[$"circuit {peer}"] = state;
        if (Consumer?.Notice is { } notice)
            details["history"] = notice;
        try
        {
            using var soon = CancellationTokenSource.CreateLinkedTokenSource(ct);
            soon.CancelAfter(TimeSpan.FromSeconds(2));
            var current = await _store.IsCurrentAsync(soon.Token);
            details["store"] = current ? "writes" : "its schema is not current";
            return new ServiceHealth(IsLive, current, details);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            _options.Failures.Report("health", ExternalFailure.Of(e, asked: false));
            details["store"] = $"{(StoreFailures.Of(e) is StoreFault.Refused ? "refuses" : "unreachable")}: {StoreFailures.PublicText(e)}";
            return new ServiceHealth(IsLive, false, details);
        }
    }

    /// <summary>Whether the saga has nothing pending here. Together with <see cref="Handled"/> it shows whether the saga has settled.</summary>
    internal Task<bool> IsSettledAsync(long key, CancellationToken ct) => _store.IsSettledAsync(key, ct);

    /// <summary>Its progress at the end of its partitions; null while there is more to read.</summary>
    internal ConsumerProgress? Handled => Consumer is { } consumer ? consumer.Handled : new ConsumerProgress(0, 0, 0);

    /// <summary>The number of unread records of the topic; null before it has begun, or for a service without events.</summary>
    public long? Lag => Consumer?.Lag;

    /// <summary>The numbers of events and scheduled messages in its store.</summary>
    public Task<ServiceStatistics> FiguresAsync(CancellationToken ct) => _store.StatisticsAsync(ct);

    private IConsumerStatus? Consumer => _loops.OfType<IConsumerStatus>().FirstOrDefault();

    /// <summary>Stops in order: refuses new requests, finishes those in progress, then stops each loop after its current step.</summary>
    public ValueTask DisposeAsync() => StopAsync(TimeSpan.FromSeconds(10));

    /// <summary>Stops in the same order. Requests that still run after the grace period are aborted.</summary>
    public async ValueTask StopAsync(TimeSpan gracePeriod)
    {
        using var grace = new CancellationTokenSource(gracePeriod);
        await _app.StopAsync(grace.Token);
        foreach (var runner in _runners)
            await runner.DisposeAsync();
        if (_runners.Count == 0)
        {
            foreach (var loop in _loops.OfType<IAsyncDisposable>())
                await loop.DisposeAsync();
        }
        await _app.DisposeAsync();
        _options.Metrics.Dispose();
        await _store.DisposeAsync();
    }
}
