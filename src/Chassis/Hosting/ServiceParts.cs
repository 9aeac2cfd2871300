using Mannam.Chassis.Messaging;
using Mannam.Chassis.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mannam.Chassis.Hosting;

/// <summary>What the chassis makes of a service's environment, for its loops and its store.</summary>
internal sealed class ServiceParts(
    string connectionString,
    string topic,
    ITransport transport,
    TimeProvider time,
    Points points,
    ServiceMetrics metrics
) : IAsyncDisposable
{
    public string ConnectionString { get; } = connectionString;

    public NpgsqlDataSource Database { get; } = NpgsqlDataSource.Create(connectionString);

    public string Topic { get; } = topic;

    public ITransport Transport { get; } = transport;

    public TimeProvider Time { get; } = time;

    public Points Points { get; } = points;

    public ServiceMetrics Metrics { get; } = metrics;

    /// <summary>Whether other replicas of the service may run.</summary>
    public bool Replicated { get; init; }

    public OutboxSignal Outbox { get; } = new();

    public DueSignal Due { get; } = new();

    /// <summary>Lets a context use this service's database, and nothing that is not needed on the hot path.</summary>
    public void Configure<TDb>(DbContextOptionsBuilder options)
        where TDb : DbContext
    {
        options.UseNpgsql(Database).EnableThreadSafetyChecks(false);
        options.UseModel(StoreModel<TDb>.Of(options.Options));
    }

    public ValueTask DisposeAsync()
    {
        Metrics.Dispose();
        return Database.DisposeAsync();
    }
}
