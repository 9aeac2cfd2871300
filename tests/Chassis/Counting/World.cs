using System.Collections.Concurrent;
using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Local;
using Mannam.Messaging;
using Mannam.Testing;
using Mannam.Tests.Chassis.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>The system Counting on its own databases. Services make single steps unless they are started with loops; the log's writer runs.</summary>
internal sealed class World(PostgresFixture postgres, KafkaFixture? kafka = null) : IAsyncDisposable
{
    public const int Partitions = 4;
    private readonly ConcurrentDictionary<string, string> _databases = [];
    private readonly List<IAsyncDisposable> _started = [];
    private IAsyncDisposable? _writer;

    public CountingSystem System { get; } = new();

    /// <summary>The log's database.</summary>
    public Task<string> LogDatabaseAsync() => DatabaseAsync("log");

    /// <summary>The transport of the services. <see cref="OpenLogAsync"/> opens it.</summary>
    public ITransport Transport { get; private set; } = null!;

    /// <summary>The Kafka broker, in tests with Kafka.</summary>
    public KafkaFixture Kafka => kafka ?? throw new InvalidOperationException("this world runs without Kafka");

    /// <summary>The topic of the events.</summary>
    public string Topic { get; } = kafka?.NewTopic() ?? CountingSystem.Topic;

    /// <summary>The points of the log's writer.</summary>
    public Failpoints LogPoints { get; } = new("counting.log");

    /// <summary>Opens the transport, as each process does.</summary>
    public async Task OpenTransportAsync(params (string Name, string Value)[] client)
    {
        if (kafka is null)
        {
            await OpenLogAsync();
            return;
        }
        var transport = await kafka.TransportAsync(Topic + ".", Partitions, client);
        Transport = transport;
        _started.Add(new Ended(transport));
    }

    private sealed class Ended(IDisposable what) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            what.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Opens the log, as each process does; its writer runs by default.</summary>
    public async Task<ILoop> OpenLogAsync(bool run = true, string? database = null, int partitions = Partitions)
    {
        var transport = new LocalTransport();
        Transport = transport;
        _started.Add(transport);
        var writer = await transport.AddTopicAsync(
            Topic,
            database ?? await LogDatabaseAsync(),
            partitions,
            LogPoints,
            CancellationToken.None
        );
        if (run)
        {
            var runner = new LoopRunner(writer, TimeProvider.System, NullLogger.Instance);
            runner.Start();
            _writer = runner;
        }
        else
            _writer = (IAsyncDisposable)writer;
        _started.Add(_writer);
        return writer;
    }

    /// <summary>Ends the log's writer, like a process that ends.</summary>
    public Task StopLogAsync() => StopAsync(_writer!);

    /// <summary>Starts a service on its database: for the first time, again, or as another replica.</summary>
    public Task<ServiceHost> StartAsync(
        string service,
        bool loops = false,
        TimeProvider? time = null,
        string? database = null,
        bool replicated = false,
        ITransport? transport = null
    ) => StartAsync(System[service], loops, time, database, replicated, transport);

    /// <summary>Starts a service that the test declared itself.</summary>
    public async Task<ServiceHost> StartAsync(
        ServiceDeclaration service,
        bool loops = false,
        TimeProvider? time = null,
        string? database = null,
        bool replicated = false,
        ITransport? transport = null
    )
    {
        var host = await ServiceHost.StartAsync(
            service,
            new ServiceEnvironment
            {
                ConnectionString = database ?? await DatabaseAsync(service.Name),
                Transport = transport ?? Transport,
                Topic = Topic,
                Publishers = CountingSystem.Publishers,
                Configuration = new ConfigurationBuilder().Build(),
                InProcess = WayTo,
                Time = time,
                RunLoops = loops,
                Replicated = replicated,
            },
            CancellationToken.None
        );
        _started.Add(host);
        return host;
    }

    // The services that were started before.
    private InProcessHandler? WayTo(string peer) =>
        _started.OfType<ServiceHost>().FirstOrDefault(s => s.Declaration.FullName == peer) is { } there
            ? new InProcessHandler(there.Server)
            : null;

    /// <summary>A connection to a service's database that can be cut.</summary>
    public async Task<Wire> WireAsync(string to)
    {
        var wire = new Wire(await DatabaseAsync(to));
        _started.Add(wire);
        return wire;
    }

    /// <summary>Ends a service or a log before the test's end. Work under way is abandoned.</summary>
    public async Task StopAsync(IAsyncDisposable started)
    {
        _started.Remove(started);
        await started.DisposeAsync();
    }

    /// <summary>A service's database, set up as in an installation.</summary>
    public async Task<string> DatabaseAsync(string of)
    {
        if (!_databases.TryGetValue(of, out var database))
            database = _databases.GetOrAdd(of, await postgres.CreateDatabaseAsync());
        return database;
    }

    /// <summary>Reads one value from a database.</summary>
    public async Task<T?> AskAsync<T>(string of, string sql)
    {
        await using var connection = new NpgsqlConnection(await DatabaseAsync(of));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>The events in the log, of one saga or of all, in the order of their offsets.</summary>
    public async Task<List<ReceivedEvent>> EventsAsync(long? key = null)
    {
        if (kafka is not null)
            return (await kafka.EventsAsync(Topic)).FindAll(e => key is null || e.Key == key);
        await using var log = new TopicLog(await LogDatabaseAsync(), Topic, Partitions);
        var events = new List<ReceivedEvent>();
        for (var partition = 0; partition < Partitions; partition++)
            events.AddRange(await log.ReadAsync(partition, 0, int.MaxValue, CancellationToken.None));
        return events.FindAll(e => key is null || e.Key == key);
    }

    /// <summary>The numbers that the ledger has of a saga, in their order of arrival.</summary>
    public Task<string?> LedgerAsync(long key) => AskAsync<string>("ledger", $"select numbers from ledgers where key = {key}");

    /// <summary>Waits until a saga has come to rest.</summary>
    public static Task SettledAsync(long key, params ServiceHost[] services) =>
        Settlement.SettledAsync(services, key, TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        // Services stop before the log, as in an installation.
        foreach (var started in _started.AsEnumerable().Reverse())
            await started.DisposeAsync();
    }
}

/// <summary>Actions of a test on a service.</summary>
internal static class Deeds
{
    /// <summary>The service's repository, as a route uses it.</summary>
    public static Repository<Counter> Counters(this ServiceHost counter) => counter.Services.GetRequiredService<Repository<Counter>>();

    /// <summary>A command that counts one more.</summary>
    public static Task<CommandResult<Counter>> CountAsync(this ServiceHost counter, long key, string by = "somebody") =>
        counter.Counters().DecideAsync(key, c => c.Count(by), MessageContext.Internal());

    /// <summary>Publishes all events of the outbox and removes them.</summary>
    public static async Task RelayAllAsync(this ServiceHost service)
    {
        while (await service.RelayAsync()) { }
    }

    /// <summary>Publishes one batch. The next step removes it from the outbox.</summary>
    public static Task<bool> RelayAsync(this ServiceHost service) => service.Loops["relay"].StepAsync(CancellationToken.None);

    /// <summary>Handles one batch; false when there is none. A member of a group needs a moment until it has its partitions and their records.</summary>
    public static async Task<bool> HandleAsync(this ServiceHost service)
    {
        var began = Environment.TickCount64;
        while (!await service.Loops["consumer"].StepAsync(CancellationToken.None))
        {
            if (service.Handled is { } handled && handled.Assigned == handled.Partitions)
                return false;
            if (Environment.TickCount64 - began > 30_000)
                throw new TimeoutException("the consumer has not reached the end of its partitions");
            await Task.Delay(5);
        }
        return true;
    }

    /// <summary>Handles batches until there are no more.</summary>
    public static async Task HandleAllAsync(this ServiceHost service)
    {
        while (await service.HandleAsync()) { }
    }

    /// <summary>The number in an event.</summary>
    public static int Number(this ReceivedEvent received) =>
        System.Text.Json.JsonDocument.Parse(received.Value).RootElement.GetProperty("number").GetInt32();

    /// <summary>One step of the loop for due messages.</summary>
    public static Task<bool> DoDueAsync(this ServiceHost service) => service.Loops["due"].StepAsync(CancellationToken.None);
}
