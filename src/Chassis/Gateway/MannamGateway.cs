using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;

namespace Mannam.Gateway;

/// <summary>The single entry to systems whose services run elsewhere: an <see cref="Edge"/> with YARP, which keeps connections and probes the replicas'
/// health.</summary>
public static class MannamGateway
{
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(2);

    /// <summary>Adds systems whose services are at their own addresses. <see cref="MannamEdge.UseMannamEdge"/> and
    /// <see cref="MannamEndpoints.MapMannam"/> then serve them.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="options">The edge's options.</param>
    /// <param name="systems">The systems: each service with its addresses.</param>
    public static WebApplicationBuilder AddMannamGateway(
        this WebApplicationBuilder builder,
        EdgeOptions options,
        IReadOnlyList<RemoteSystem> systems
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(systems);
        builder
            .AddMannamEdge(options)
            .Services.AddReverseProxy()
            .LoadFromMemory([], [.. systems.SelectMany(s => s.Services, Cluster)])
            .ConfigureHttpClient(
                (_, handler) =>
                {
                    handler.ConnectTimeout = ConnectWithin;
                    // The client's trace is forwarded unchanged. A trace that the web server began for its own log is not: for services its parent span would be
                    // missing.
                    handler.ActivityHeadersPropagator = null;
                }
            );
        // The health pages report an unreachable replica; it is not logged at each attempt.
        builder.Logging.AddFilter("Yarp", LogLevel.Error);
        foreach (var system in systems)
            builder.AddMannam(new SystemEntry(system.Name, system.Title, [.. system.Services.Select(s => Entry(options, system, s))]));
        return builder;
    }

    private static ServiceEntry Entry(EdgeOptions options, RemoteSystem system, RemoteService service)
    {
        var upstream = new ReplicatedUpstream($"{system.Name}.{service.Name}", PerReplica(options, service));
        return new ServiceEntry(service.Name, service.Segments, upstream, upstream.HealthAsync);
    }

    // A replica that hangs leaves half of the requests to the service's other replicas, until the probes notice it.
    private static int PerReplica(EdgeOptions options, RemoteService service) =>
        service.Addresses.Count > 1 ? Math.Max(1, options.MaxConcurrentRequests / 2) : options.MaxConcurrentRequests;

    private static ClusterConfig Cluster(RemoteSystem system, RemoteService service) =>
        new()
        {
            ClusterId = $"{system.Name}.{service.Name}",
            Destinations = service.Addresses.ToDictionary(a => a.ToString(), a => new DestinationConfig { Address = a.ToString() }),
            HealthCheck = new HealthCheckConfig
            {
                // If all are unavailable, none is used: YARP would use all.
                AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyAndUnknown,
                // ReplicatedUpstream itself marks failed replicas.
                Passive = new PassiveHealthCheckConfig { Enabled = true },
                // Two failures in a row: a replica that is slow under load is not down.
                Active = new ActiveHealthCheckConfig
                {
                    Enabled = true,
                    Interval = ProbeEvery,
                    Timeout = TimeSpan.FromSeconds(3),
                    Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
                    Path = "/health/ready",
                },
            },
            HttpClient = new HttpClientConfig { EnableMultipleHttp2Connections = false },
        };
}

/// <summary>A system whose services run at their own addresses.</summary>
/// <param name="Name">The first segment of its paths: <c>taxi</c>.</param>
/// <param name="Title">The name that people use.</param>
/// <param name="Services">Its services.</param>
public sealed record RemoteSystem(string Name, string Title, IReadOnlyList<RemoteService> Services);

/// <summary>A service with the addresses of its replicas.</summary>
/// <param name="Name">Its name in its system: <c>catch</c>.</param>
/// <param name="Segments">The first segments of its paths: <c>catches</c>.</param>
/// <param name="Addresses">One address per replica, or one of a load balancer.</param>
public sealed record RemoteService(string Name, IReadOnlyList<string> Segments, IReadOnlyList<Uri> Addresses);
