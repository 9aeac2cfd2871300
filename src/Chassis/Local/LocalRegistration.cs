using Mannam.Abstractions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mannam.Local;

/// <summary>Connects the services of a host by a durable log on one machine.</summary>
public static class LocalRegistration
{
    /// <summary>Registers the <see cref="LocalTransport"/> as the <see cref="ITransport"/>, with a topic. Its log is open and written from the host's start to
    /// its end. Only one host may open it.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="topic">The topic; by default each system has its own, with its name. Call this method once per topic.</param>
    /// <param name="connectionString">The topic's own database. Default: the connection string of the topic's name (<c>ConnectionStrings:law</c>); without it
    /// the start fails with a <see cref="ConfigurationException"/>.</param>
    /// <param name="partitions">The number of partitions of a new topic, at least 1; an existing one keeps its own.</param>
    public static IServiceCollection AddLocalTransport(
        this IServiceCollection services,
        string topic,
        string? connectionString = null,
        int partitions = LocalTransport.UsualPartitions
    )
    {
        services.AddSingleton(new LocalTopic(topic, connectionString, partitions));
        services.TryAddSingleton<LocalTransport>();
        services.TryAddSingleton<ITransport>(host => host.GetRequiredService<LocalTransport>());
        services.AddHostedService<LocalLogs>();
        return services;
    }

    private sealed record LocalTopic(string Name, string? ConnectionString, int Partitions);

    // The logs start before the services, and stop after them.
    private sealed class LocalLogs(
        LocalTransport transport,
        IEnumerable<LocalTopic> topics,
        IConfiguration configuration,
        ILoggerFactory logging
    ) : IHostedLifecycleService
    {
        private readonly List<LoopRunner> _writers = [];

        public async Task StartingAsync(CancellationToken cancellationToken)
        {
            foreach (var topic in topics)
                _writers.Add(await transport.StartTopicAsync(topic.Name, DatabaseOf(topic), topic.Partitions, logging, cancellationToken));
        }

        private string DatabaseOf(LocalTopic topic) =>
            topic.ConnectionString
            ?? configuration.GetConnectionString(topic.Name)
            ?? throw new ConfigurationException($"ConnectionStrings:{topic.Name} is not set: the database of the topic {topic.Name}.");

        public async Task StoppedAsync(CancellationToken cancellationToken)
        {
            foreach (var writer in _writers)
                await writer.DisposeAsync();
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
