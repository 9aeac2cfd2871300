using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mannam.Hosting;

/// <summary>Adds systems and services to a host. <see cref="MannamEndpoints.MapMannam"/> maps their paths.</summary>
public static class MannamHosting
{
    /// <summary>Runs the services of a system in this host. They start before the web server opens its port, and stop after it has closed it.</summary>
    /// <remarks>Each service has its own container, separate from the host's. May be called for several systems, and several times for services of one
    /// system.</remarks>
    /// <param name="builder">The host's builder.</param>
    /// <param name="system">The system.</param>
    /// <param name="configure">Selects the services, and configures their environment.</param>
    /// <exception cref="InvalidOperationException">A service was added before, or the system has no service of that name.</exception>
    public static IHostApplicationBuilder AddMannam(
        this IHostApplicationBuilder builder,
        SystemDeclaration system,
        Action<MannamOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(system);
        var (services, options) = Prepare(builder, configure);
        services.AddPublishers(system.Publishers);
        var topic = builder.Configuration.SettingsOf(system.SettingsScope).Get(system.Topic);
        services.Add(
            new SystemEntry(system.Name, system.Title, [.. Chosen(system, options).Select(s => Add(builder, services, s, topic, options))])
        );
        return builder;
    }

    /// <summary>Runs a service without a system in this host, or one service that needs no others of its system.</summary>
    /// <inheritdoc cref="AddMannam(IHostApplicationBuilder, SystemDeclaration, Action{MannamOptions}?)"/>
    public static IHostApplicationBuilder AddMannam(
        this IHostApplicationBuilder builder,
        ServiceDeclaration service,
        Action<MannamOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(service);
        var (services, options) = Prepare(builder, configure);
        services.AddPublishers(service.Publishes.Select(e => (e, service.Source)));
        var entry = Add(builder, services, service, service.System, options);
        if (options.ForOperators)
            services.AddForOperators(entry);
        else
            services.Add(new SystemEntry(service.System.Length > 0 ? service.System : service.Name, service.Title, [entry]));
        return builder;
    }

    /// <summary>Serves the paths of a system whose services have their own upstreams: for a gateway.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="system">The system.</param>
    public static IHostApplicationBuilder AddMannam(this IHostApplicationBuilder builder, SystemEntry system)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(system);
        Registered(builder.Services).Add(system);
        return builder;
    }

    /// <summary>Serves an operators' service with its own upstream: at <c>/{name}/…</c>, only for direct callers on this machine.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="service">The service.</param>
    public static IHostApplicationBuilder AddMannamForOperators(this IHostApplicationBuilder builder, ServiceEntry service)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(service);
        Registered(builder.Services).AddForOperators(service);
        return builder;
    }

    private static (MannamServices, MannamOptions) Prepare(IHostApplicationBuilder builder, Action<MannamOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new MannamOptions();
        configure?.Invoke(options);
        return (Registered(builder.Services), options);
    }

    // One instance per host, also after several calls.
    private static MannamServices Registered(IServiceCollection services)
    {
        if (services.FirstOrDefault(s => s.ServiceType == typeof(MannamServices))?.ImplementationInstance is MannamServices registered)
            return registered;
        var made = new MannamServices();
        services.AddSingleton(made);
        services.AddHostedService<ServicesLifetime>();
        services.AddRouting();
        services.AddHealthChecks();
        services.AddSingleton<IConfigureOptions<HealthCheckServiceOptions>, ServiceHealthCheck.Registration>();
        return made;
    }

    private static IEnumerable<ServiceDeclaration> Chosen(SystemDeclaration system, MannamOptions options)
    {
        if (options.Services is not { } names)
            return system.Services;
        return names.Select(n =>
            system.Services.FirstOrDefault(s => s.Name == n)
            ?? throw new InvalidOperationException(
                $"{system.Name} has no service {n}; there are {string.Join(", ", system.Services.Select(s => s.Name))}"
            )
        );
    }

    private static ServiceEntry Add(
        IHostApplicationBuilder builder,
        MannamServices services,
        ServiceDeclaration service,
        string topic,
        MannamOptions options
    )
    {
        var restartable = new RestartableService(service, () => EnvironmentOf(service, topic, options, services, builder.Configuration));
        services.Add(restartable);
        return new ServiceEntry(
            service.Name,
            service.Paths,
            new InProcessUpstream(() => restartable.Server, options.InternalKey),
            restartable.HealthAsync
        )
        {
            IsLive = () => restartable.IsLive,
        };
    }

    private static ServiceEnvironment EnvironmentOf(
        ServiceDeclaration service,
        string topic,
        MannamOptions options,
        MannamServices services,
        IConfiguration configuration
    ) =>
        new()
        {
            ConnectionString =
                options.ConnectionString?.Invoke(service)
                ?? configuration.GetConnectionString(service.FullName)
                ?? throw new ConfigurationException(
                    $"ConnectionStrings:{service.FullName} is not set: the database of {service.FullName}."
                ),
            Topic = topic,
            Publishers = services.Publishers,
            Transport = options.Transport ?? services.Host.GetService<ITransport>(),
            Configuration = configuration,
            InternalKey = options.InternalKey,
            InProcess = peer => services.Find(peer) is { } found ? new InProcessHandler(() => found.Server) : null,
            Replicated = options.Replicated,
            Logging = services.Host.GetRequiredService<ILoggerFactory>(),
            Time = options.Time,
            RunLoops = options.RunLoops,
        };
}
