using System.Collections.Concurrent;
using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Local;
using Mannam.Messaging;
using Mannam.Testing;
using Mannam.Tests.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>Counting on databases of its own. Services make single steps, unless they are started with loops; the log's writer runs.</summary>
internal sealed class World(PostgresFixture postgres, KafkaFixture? kafka = null) : IAsyncDisposable
{
    public const int Partitions = 4;
    private readonly ConcurrentDictionary<string, string> _databases = [];
    private readonly List<IAsyncDisposable> _started = [];
    private IAsyncDisposable? _writer;

    public CountingSystem System { get; } = new();

    /// <summary>The log's own database.</summary>
    public Task<string> LogDatabaseAsync() => DatabaseAsync("log");

    /// <summary>The transport that services are started with, once <see cref="OpenLogAsync"/> has opened it.</summary>
    public ITransport Transport { get; private set; } = null!;

    /// <summary>The Kafka that it runs on.</summary>
    public KafkaFixture Kafka => kafka ?? throw new InvalidOperationException("this world runs without Kafka");

    /// <summary>The topic of its events.</summary>
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

    /// <summary>Opens the log, as each process does; its writer runs unless told otherwise.</summary>
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

    /// <summary>Ends the log's writer, as a process that ends.</summary>
    public Task StopLogAsync() => StopAsync(_writer!);

    /// <summary>Starts a service on its database, whether it is its first start, another one, or another replica.</summary>
    public Task<ServiceHost> StartAsync(
        string service,
        bool loops = false,
        TimeProvider? time = null,
        string? database = null,
        bool replicated = false,
        ITransport? transport = null
    ) => StartAsync(System[service], loops, time, database, replicated, transport);

    /// <summary>The same of a service of the test's own.</summary>
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

    /// <summary>A way to a service's database that can be cut.</summary>
    public async Task<Wire> WireAsync(string to)
    {
        var wire = new Wire(await DatabaseAsync(to));
        _started.Add(wire);
        return wire;
    }

    /// <summary>Ends a service or a log with what it was about to do undone, before the test's end.</summary>
    public async Task StopAsync(IAsyncDisposable started)
    {
        _started.Remove(started);
        await started.DisposeAsync();
    }

    /// <summary>A service's database, as an installation would set it up.</summary>
    public async Task<string> DatabaseAsync(string of)
    {
        if (!_databases.TryGetValue(of, out var database))
            database = _databases.GetOrAdd(of, await postgres.CreateDatabaseAsync());
        return database;
    }

    /// <summary>Asks a database for one value.</summary>
    public async Task<T?> AskAsync<T>(string of, string sql)
    {
        await using var connection = new NpgsqlConnection(await DatabaseAsync(of));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>The events in the log, of a saga or of all, as subscribers read them: by their offsets.</summary>
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

    /// <summary>The numbers that the ledger has of a saga, in the order in which it heard of them.</summary>
    public Task<string?> LedgerAsync(long key) => AskAsync<string>("ledger", $"select numbers from ledgers where key = {key}");

    /// <summary>Waits until a saga has come to rest.</summary>
    public static Task SettledAsync(long key, params ServiceHost[] services) =>
        Settlement.SettledAsync(services, key, TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        // The services first, as a machine does.
        foreach (var started in _started.AsEnumerable().Reverse())
            await started.DisposeAsync();
    }
}

/// <summary>What a test lets a service do.</summary>
internal static class Deeds
{
    /// <summary>Its decisions, as a route has them.</summary>
    public static Repository<Counter> Counters(this ServiceHost counter) => counter.Services.GetRequiredService<Repository<Counter>>();

    /// <summary>A command: counts one more.</summary>
    public static Task<CommandResult<Counter>> CountAsync(this ServiceHost counter, long key, string by = "somebody") =>
        counter.Counters().DecideAsync(key, c => c.Count(by), MessageContext.Internal());

    /// <summary>Publishes all there is, and removes it from the outbox.</summary>
    public static async Task RelayAllAsync(this ServiceHost service)
    {
        while (await service.RelayAsync()) { }
    }

    /// <summary>Publishes what one step takes; it is removed from the outbox in the next.</summary>
    public static Task<bool> RelayAsync(this ServiceHost service) => service.Loops["relay"].StepAsync(CancellationToken.None);

    /// <summary>One batch of the consumer; false when there is none. A member of a group takes a moment until it has its partitions and their records.</summary>
    public static async Task<bool> HandleAsync(this ServiceHost service)
    {
        var began = Environment.TickCount64;
        while (!await service.Loops["consumer"].StepAsync(CancellationToken.None))
        {
            if (service.Handled is { } handled && handled.Assigned == handled.Partitions)
                return false;
            if (Environment.TickCount64 - began > 30_000)
                throw new TimeoutException("it has not come to the end of its partitions");
            await Task.Delay(5);
        }
        return true;
    }

    /// <summary>Steps of the consumer until there is nothing more.</summary>
    public static async Task HandleAllAsync(this ServiceHost service)
    {
        while (await service.HandleAsync()) { }
    }

    /// <summary>The number that an event tells of.</summary>
    public static int Number(this ReceivedEvent received) =>
        System.Text.Json.JsonDocument.Parse(received.Value).RootElement.GetProperty("number").GetInt32();

    /// <summary>One step of what it owes.</summary>
    public static Task<bool> DoDueAsync(this ServiceHost service) => service.Loops["due"].StepAsync(CancellationToken.None);
}
