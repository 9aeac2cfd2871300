using Mannam.Chassis.Messaging;
using Mannam.Chassis.Storage;
using Npgsql;

namespace Mannam.Chassis.Hosting;

/// <summary>What the chassis makes of a service's environment, for its loops and its store.</summary>
internal sealed class ServiceParts : IAsyncDisposable
{
    public ServiceParts(
        string connectionString,
        string topic,
        ITransport transport,
        TimeProvider time,
        Points points,
        ServiceMetrics metrics
    )
    {
        (ConnectionString, Topic, Transport, Time, Points, Metrics) = (connectionString, topic, transport, time, points, metrics);
        Database = Store.Open(connectionString);
        Commits = new SharedCommit(Database);
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource Database { get; }

    /// <summary>For decisions that need no transaction of their own.</summary>
    public SharedCommit Commits { get; }

    public string Topic { get; }

    public ITransport Transport { get; }

    public TimeProvider Time { get; }

    public Points Points { get; }

    public ServiceMetrics Metrics { get; }

    /// <summary>Whether other replicas of the service may run.</summary>
    public bool Replicated { get; init; }

    public OutboxSignal Outbox { get; } = new();

    public DueSignal Due { get; } = new();

    public ValueTask DisposeAsync()
    {
        Metrics.Dispose();
        return Database.DisposeAsync();
    }
}
