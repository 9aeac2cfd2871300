using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mannam.Kafka;

/// <summary>Connects the services of a host over Kafka.</summary>
public static class KafkaRegistration
{
    /// <summary>Registers a <see cref="KafkaTransport"/> as the <see cref="ITransport"/>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">The Kafka to use.</param>
    public static IServiceCollection AddKafkaTransport(this IServiceCollection services, KafkaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return services.AddSingleton<ITransport>(host => new KafkaTransport(
            options,
            host.GetRequiredService<ILoggerFactory>().CreateLogger("kafka")
        ));
    }
}
