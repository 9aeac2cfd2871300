using Mannam.Chassis.Messaging;
using Mannam.Chassis.Storage;
using Npgsql;

namespace Mannam.Chassis.Hosting;

/// <summary>What the chassis makes of a service's environment, for its loops and its store.</summary>
internal sealed class ServiceRuntime : IAsyncDisposable
{
    public ServiceRuntime(
        string connectionString,
        ConnectionPools pools,
        string topic,
        ITransport transport,
        TimeProvider time,
        Failpoints failpoints,
        ServiceMetrics metrics
    )
    {
        (ConnectionString, Topic, Transport, Time, Failpoints, Metrics) = (connectionString, topic, transport, time, failpoints, metrics);
        Database = Store.OpenForLoops(connectionString, pools);
        Commands = Store.OpenForCommands(connectionString, pools);
        Reads = Store.OpenForReads(connectionString, pools);
        Commits = new GroupCommit(Commands, Turns);
        Failures = new ExternalFailures(metrics, Database, Commands, Reads);
    }

    public string ConnectionString { get; }

    /// <summary>For the loops, and for health.</summary>
    public NpgsqlDataSource Database { get; }

    /// <summary>For what requests decide and record.</summary>
    public NpgsqlDataSource Commands { get; }

    /// <summary>For what people ask for.</summary>
    public NpgsqlDataSource Reads { get; }

    /// <summary>For decisions that may have to wait for a row.</summary>
    public KeyedLimiter Turns { get; } = new();

    /// <summary>For decisions that need no transaction of their own.</summary>
    public GroupCommit Commits { get; }

    public string Topic { get; }

    public ITransport Transport { get; }

    public TimeProvider Time { get; }

    public Failpoints Failpoints { get; }

    public ServiceMetrics Metrics { get; }

    /// <summary>Is told of every failure.</summary>
    public ExternalFailures Failures { get; }

    /// <inheritdoc cref="ServiceEnvironment.Publishers"/>
    public required IReadOnlySet<(string Event, string Source)> Publishers { get; init; }

    /// <summary>Whether other replicas of the service may run.</summary>
    public bool Replicated { get; init; }

    public OutboxSignal Outbox { get; } = new();

    public ScheduleSignal Due { get; } = new();

    public async ValueTask DisposeAsync()
    {
        Metrics.Dispose();
        await Reads.DisposeAsync();
        await Commands.DisposeAsync();
        await Database.DisposeAsync();
    }
}
