using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Hosting;

/// <summary>One service, running: a complete web application with its own container, configuration, database and loops.</summary>
public sealed class ServiceHost : IAsyncDisposable
{
    // A loop shows that it is alive at least so often; one that does not is stuck.
    private static readonly TimeSpan LongestBeat = TimeSpan.FromSeconds(60);
    private readonly ServiceEnvironment _environment;
    private readonly TimeProvider _time;
    private readonly IServiceStore _store;
    private readonly EngineOptions _options;
    private readonly ServiceEngine _engine;
    private readonly WebApplication _app;
    private readonly List<ILoop> _loops;
    private readonly List<LoopRunner> _runners = [];

    /// <summary>A service as declared, not started: neither its database nor another service is asked for anything.</summary>
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
            ?? throw new InvalidOperationException($"{declaration.FullName} does not say where it is stored");
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

    /// <summary>Takes the requests that the front door hands over.</summary>
    public InProcessServer Server { get; } = new();

    /// <summary>The named points at which a test can hold up, fail or kill.</summary>
    public Failpoints Failpoints { get; }

    /// <summary>The service's container.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Its loops by name, for tests that make single steps.</summary>
    public IReadOnlyDictionary<string, ILoop> Loops => _loops.ToDictionary(l => l.Name);

    /// <summary>Its loops once more, as its next start would make them: a simulated crash discards those it had.</summary>
    internal List<ILoop> MakeLoops() => [.. _engine.Loops(_app.Services)];

    /// <summary>Begins what a start takes longest for and needs no database for: the model of the service's store, which a process makes once.</summary>
    public static void Prepare(ServiceDeclaration declaration)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        foreach (var storage in declaration.Features<IStorage>())
            storage.Prepare();
    }

    /// <summary>Makes a service and starts it.</summary>
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

    /// <summary>Applies the schema, and starts taking requests and events.</summary>
    /// <exception cref="Exception">Its database cannot be reached, or a step of its schema failed.</exception>
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

    /// <summary>A step of one of its loops failed, and is going to be repeated.</summary>
    internal void Failed(string loop, Exception e) => _options.Failures.Report(loop, ExternalFailure.Of(e, asked: false));

    // Before anything is stored; from then on the scheduler does it.
    private async Task MeasureAsync(CancellationToken ct)
    {
        if (_time is not StoreClock clock)
            return;
        // The first time on a connection takes longer than the question.
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
        // Only where a body is expected, and one that nobody can take for a request.
        foreach (
            var path in Services.GetRequiredService<EndpointDataSource>().Endpoints.Where(EndpointDescription.TakesPost).Select(PathOf)
        )
        {
            using var broken = new StringContent("{", System.Text.Encoding.UTF8, "application/json");
            (await itself.PostAsync(path, broken)).Dispose();
        }
    }

    private static string PathOf(Endpoint endpoint) => ((RouteEndpoint)endpoint).RoutePattern.RawText!;

    /// <summary>Prepares the ways to its peers, once they are there.</summary>
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

    /// <summary>Whether nothing of the saga is on its way here. Together with <see cref="Handled"/> it tells what has settled.</summary>
    internal Task<bool> IsSettledAsync(long key, CancellationToken ct) => _store.IsSettledAsync(key, ct);

    /// <summary>What it has handled of its partitions; null while there is more.</summary>
    internal ConsumerProgress? Handled => Consumer is { } consumer ? consumer.Handled : new ConsumerProgress(0, 0, 0);

    /// <summary>How many records of the topic it has not come to yet; null while it has not begun, or for a service that takes no part in events.</summary>
    public long? Lag => Consumer?.Lag;

    /// <summary>What its store holds of events and owed things.</summary>
    public Task<ServiceStatistics> FiguresAsync(CancellationToken ct) => _store.StatisticsAsync(ct);

    private IConsumerStatus? Consumer => _loops.OfType<IConsumerStatus>().FirstOrDefault();

    /// <summary>Ends in order: no new requests, those begun are finished, then the loops end after the step they are in.</summary>
    public ValueTask DisposeAsync() => StopAsync(TimeSpan.FromSeconds(10));

    /// <summary>Ends in the same order; requests that still run after the grace period are cut off.</summary>
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
