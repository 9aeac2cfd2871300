using Mannam.Chassis.Configuration;
using Mannam.Chassis.Declaration;
using Mannam.Chassis.FrontDoor;
using Mannam.Chassis.Http;
using Mannam.Chassis.Idempotency;
using Mannam.Chassis.Messaging;
using Mannam.Chassis.Resilience;
using Mannam.Chassis.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Chassis.Hosting;

/// <summary>One service, running: a complete web application with its own container, configuration, database and loops.</summary>
public sealed class ServiceHost : IAsyncDisposable
{
    // A loop shows that it is alive at least so often; one that does not is stuck.
    private static readonly TimeSpan LongestBeat = TimeSpan.FromSeconds(60);
    private readonly ServiceEnvironment _environment;
    private readonly ServiceRuntime _runtime;
    private readonly Schema _schema;
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
        var time = environment.Time ?? new StoreClock(TimeProvider.System);
        _runtime = new ServiceRuntime(
            environment.ConnectionString,
            declaration.Pools,
            environment.Topic,
            environment.Transport,
            time,
            new Failpoints(declaration.FullName),
            new ServiceMetrics(declaration.FullName, time)
        )
        {
            Publishers = environment.Publishers,
            Replicated = environment.Replicated,
        };
        _schema = new Schema(
            ("chassis", typeof(Schema).Assembly, "Mannam.Chassis.Storage/Chassis.sql"),
            (declaration.FullName, declaration.Schema.Assembly, declaration.Schema.Resource)
        );
        _app = Build(declaration, environment, _runtime, Server);
        _loops = MakeLoops();
        _runtime.Metrics.Lag = () => Lag ?? 0;
    }

    public ServiceDeclaration Declaration { get; }

    /// <summary>Takes the requests that the front door hands over.</summary>
    public InProcessServer Server { get; } = new();

    /// <summary>The named points at which a test can hold up, fail or kill.</summary>
    public Failpoints Failpoints => _runtime.Failpoints;

    /// <summary>The service's container.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Its loops by name, for tests that make single steps.</summary>
    public IReadOnlyDictionary<string, ILoop> Loops => _loops.ToDictionary(l => l.Name);

    /// <summary>Its loops once more, as its next start would make them: a simulated crash discards those it had.</summary>
    internal List<ILoop> MakeLoops() => [.. Declaration.Loops(_app.Services, _runtime), Declaration.Scheduler(_app.Services, _runtime)];

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
    /// <exception cref="Npgsql.NpgsqlException">Its database cannot be reached, or a step of its schema failed.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        await _schema.ApplyAsync(_runtime.Database, ct);
        await MeasureAsync(ct);
        await _app.StartAsync(ct);
        await WarmUpAsync();
        var log = _environment.Logging.CreateLogger(Declaration.FullName);
        if (_environment.RunLoops)
            _runners.AddRange(_loops.Select(l => new LoopRunner(l, _runtime.Time, log, e => Failed(l.Name, e))));
        _runners.ForEach(r => r.Start());
    }

    /// <summary>A step of one of its loops failed, and is going to be repeated.</summary>
    internal void Failed(string loop, Exception e) => _runtime.Failures.Report(loop, ExternalFailure.Of(e, asked: false));

    // Before anything is stored; from then on the loop of due things does it.
    private async Task MeasureAsync(CancellationToken ct)
    {
        if (_runtime.Time is not StoreClock clock)
            return;
        await using var connection = await _runtime.Database.OpenConnectionAsync(ct);
        await using var command = new Npgsql.NpgsqlCommand("select clock_timestamp()", connection);
        var asked = clock.GetTimestamp();
        await using var rows = await command.ExecuteReaderAsync(ct);
        await rows.ReadAsync(ct);
        clock.Measured(asked, rows.GetFieldValue<DateTimeOffset>(0));
    }

    private async Task WarmUpAsync()
    {
        await Declaration.WarmUpStoreAsync(Services);
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

    private static WebApplication Build(
        ServiceDeclaration declaration,
        ServiceEnvironment environment,
        ServiceRuntime runtime,
        InProcessServer server
    )
    {
        var settings = new Settings(environment.Configuration, declaration.SettingsScope);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = declaration.FullName });
        builder.UseInProcess(server);
        builder.Services.AddSingleton(environment.Logging);
        builder.Services.AddSingleton(runtime.Time);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(runtime.Commands);
        builder.Services.AddSingleton(runtime);
        builder.Services.AddSingleton<IdempotencyStore>();
        builder.Services.AddSingleton(runtime.Failpoints);
        builder.Services.AddSingleton(runtime.Failures);
        builder.Services.AddSingleton(new Peers(declaration, settings, environment, runtime.Time, runtime.Failpoints));
        builder.Services.AddRouting();
        builder.Services.AddMannamHttp(declaration.Title);
        declaration.Register(builder.Services, runtime);
        declaration.Services?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseMannamHttp();
        app.UseMiddleware<IdempotencyMiddleware>();
        declaration.Routes(app);
        return app;
    }

    /// <summary>Guarantee 8. Ready: the store can be written and its schema is current. Live: every loop has a recent heartbeat.</summary>
    public async ValueTask<ServiceHealth> HealthAsync(CancellationToken ct)
    {
        var details = new Dictionary<string, string>();
        foreach (var runner in _runners)
            details[runner.Name] = runner.State;
        foreach (var held in _runtime.Metrics.Held.GroupBy(h => h.What))
            details[$"held {held.Key}"] = string.Join("; ", held);
        foreach (var (peer, state) in Services.GetRequiredService<Peers>().Circuits)
            details[$"circuit {peer}"] = state;
        if (Consumer?.Notice is { } notice)
            details["history"] = notice;
        var live = _runners.TrueForAll(r => r.SinceLastBeat < LongestBeat);
        try
        {
            using var soon = CancellationTokenSource.CreateLinkedTokenSource(ct);
            soon.CancelAfter(TimeSpan.FromSeconds(2));
            var current = await _schema.IsCurrentAsync(_runtime.Database, soon.Token);
            details["store"] = current ? "writes" : "its schema is not current";
            return new ServiceHealth(live, current, details);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            _runtime.Failures.Report("health", ExternalFailure.Of(e, asked: false));
            details["store"] = $"{(StoreFailures.Of(e) is StoreFault.Refused ? "refuses" : "unreachable")}: {StoreFailures.PublicText(e)}";
            return new ServiceHealth(live, false, details);
        }
    }

    /// <summary>Whether nothing of the saga is on its way here: no event unsent, nothing waiting, nothing owed. What is parked counts for none of it. Together with <see cref="Handled"/> it tells what has settled.</summary>
    internal async Task<bool> OwesNothingAsync(long key, CancellationToken ct)
    {
        await using var command = _runtime.Database.CreateCommand(
            """
            select not exists (select 1 from outbox where key = $1) and not exists (select 1 from due where key = $1)
            and not exists (select 1 from waiting where key = $1 and parked_at is null)
            """
        );
        command.Parameters.Add(new Npgsql.NpgsqlParameter<long> { TypedValue = key });
        return await command.ExecuteScalarAsync(ct) is true;
    }

    /// <summary>What it has handled of its partitions; null while there is more.</summary>
    internal ConsumerProgress? Handled => Consumer is { } consumer ? consumer.Handled : new ConsumerProgress(0, 0, 0);

    /// <summary>How many records of the topic it has not come to yet; null while it has not begun, or for a service that takes no part in events.</summary>
    public long? Lag => Consumer?.Lag;

    /// <summary>What its store holds of events and owed things.</summary>
    public Task<ServiceStatistics> FiguresAsync(CancellationToken ct) => ServiceStatistics.ReadAsync(_runtime.Database, ct);

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
        await _runtime.DisposeAsync();
    }
}
