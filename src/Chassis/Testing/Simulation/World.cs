using System.Diagnostics;
using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Local;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Mannam.Testing;

/// <summary>A system in which nothing happens by itself: its services, their stores, its topic, the ways between them, and the time.</summary>
internal sealed partial class World : IAsyncDisposable
{
    /// <summary>So many that two sagas of a run share one.</summary>
    public const int Partitions = 2;

    private readonly Dictionary<string, Service> _services = [];
    private readonly IConfigurationRoot _settings = new ConfigurationBuilder().AddInMemoryCollection().Build();
    private LocalTransport _transport = null!;
    private IAsyncDisposable _writer = null!;
    private SimulatedDatabases _databases = null!;

    private World(SimulatedBusiness business) => (Business, Clock) = (business, new Clock(Scheduler));

    public SimulatedBusiness Business { get; }

    public Scheduler Scheduler { get; } = new();

    public Clock Clock { get; }

    /// <summary>What chance decides in the run under way.</summary>
    public Disturbance Disturbance { get; set; } = null!;

    /// <summary>Calls whose callers wait.</summary>
    public List<Call> Calls { get; } = [];

    /// <summary>Services that have died and are to be buried.</summary>
    public List<Service> Died { get; } = [];

    /// <summary>The number of the last record of a service outside in earlier runs.</summary>
    public long LastOutside { get; set; }

    public Topic Topic { get; private set; } = null!;

    /// <summary>The database of the topic.</summary>
    public NpgsqlDataSource Log { get; private set; } = null!;

    public IEnumerable<Service> Services => _services.Values;

    public Service this[string name] => _services[name];

    /// <summary>Makes one, on databases of its own whose names begin with the prefix.</summary>
    public static async Task<World> StartAsync(SimulatedBusiness business, string server, string prefix)
    {
        var world = new World(business);
        world.Disturbance = new Disturbance(new Random(0), new FaultProfile(new Random(0)), world.Clock) { Calm = true };
        await world.StartAsync(server, prefix);
        return world;
    }

    /// <summary>The installation's settings are changed, while it runs.</summary>
    public void Set(IEnumerable<KeyValuePair<string, string>> changed)
    {
        foreach (var (name, value) in changed)
            _settings["Mannam:" + name] = value;
    }

    private async Task StartAsync(string server, string prefix)
    {
        Set(Business.Settings);
        _databases = new SimulatedDatabases(server, prefix);
        ServiceDeclaration[] declared = [.. Business.OutsideServices, .. Business.System.Services];
        foreach (var declaration in declared)
            await StoreTime.AddAsync(await _databases.CreateAsync(declaration.FullName));
        _transport = new LocalTransport();
        var log = await _databases.CreateAsync("log");
        var loop = await _transport.AddTopicAsync(Business.System.Name, log, Partitions, new Failpoints("log"), CancellationToken.None);
        (_writer, Log, Topic) = ((IAsyncDisposable)loop, NpgsqlDataSource.Create(log), new Topic(this, _transport, loop));
        foreach (var declaration in declared)
            _services[declaration.FullName] = await StartAsync(declaration, _databases.Of(declaration.FullName));
        await TellTimeAsync();
    }

    private async Task<Service> StartAsync(ServiceDeclaration declaration, string database)
    {
        var host = await ServiceHost.StartAsync(
            declaration,
            new ServiceEnvironment
            {
                ConnectionString = database,
                Topic = Business.System.Name,
                Publishers = Business.System.Publishers,
                Transport = Topic,
                Configuration = _settings,
                InProcess = peer => new NetworkLink(this, declaration.FullName, peer),
                Time = Clock.Of(declaration.FullName),
                RunLoops = false,
            },
            CancellationToken.None
        );
        var service = new Service(this, host);
        (host.Failpoints.OnHit, host.Failpoints.Join, host.Failpoints.Begin) = (service.AtAsync, service.JoinAsync, service.Begin);
        service.ComeBack();
        return service;
    }

    /// <summary>The stores learn what time it is.</summary>
    public async Task TellTimeAsync()
    {
        foreach (var service in Services)
            await StoreTime.SetAsync(service.Store, new DateTime(Clock.Ticks, DateTimeKind.Utc));
    }

    /// <summary>There are records in the topic: the subscribers are told.</summary>
    public void Appended()
    {
        foreach (var service in Services)
            service.Wake("consumer");
    }

    /// <summary>Ends all that a dead service was in the midst of, one after the other.</summary>
    public async Task EndAllOfAsync(string service, CancellationTokenSource life)
    {
        var crash = new CrashException(service);
        await Scheduler.LetAsync(
            service,
            () =>
            {
                life.Cancel();
                Scheduler.End();
            }
        );
        while (true)
        {
            if (Scheduler.HeldOf(service) is { } held)
            {
                await Scheduler.ReleaseAsync(held, crash);
            }
            else if (Calls.Find(c => c.From == service) is { } call)
            {
                await Scheduler.LetAsync(
                    call.Caller,
                    () =>
                    {
                        call.Die(crash);
                        Scheduler.End();
                    }
                );
            }
            else if (Clock.Wakes.FirstOrDefault(w => w.IsDelay && w.Service == service) is { } wake)
            {
                await Clock.WakeAsync(wake);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Waits until what a closed connection held is free: that its server's process has ended.</summary>
    public static async Task LocksAreFreeAsync(NpgsqlDataSource store)
    {
        await using var command = store.CreateCommand(
            "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"
        );
        var began = Stopwatch.GetTimestamp();
        while (await command.ExecuteScalarAsync() is > 0L)
        {
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(30))
                throw new SimulatorException("a lock of a dead service is not free");
            await Task.Delay(1);
        }
    }

    /// <summary>Drops its databases, whatever still runs on them.</summary>
    public Task DropAsync() => _databases.DropAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Services)
            await service.DisposeAsync();
        await _writer.DisposeAsync();
        await _transport.DisposeAsync();
        await Log.DisposeAsync();
        await DropAsync();
    }
}
