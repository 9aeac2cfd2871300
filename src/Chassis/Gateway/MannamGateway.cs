using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;

namespace Mannam.Gateway;

/// <summary>The single entry to systems that are spread out: an <see cref="Edge"/> before services at addresses of their own. YARP keeps the connections and
/// watches the replicas' health.</summary>
public static class MannamGateway
{
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(2);

    /// <summary>Adds systems whose services are at addresses of their own. <see cref="MannamEdge.UseMannamEdge"/> and
    /// <see cref="MannamEndpoints.MapMannam"/> then serve them.</summary>
    /// <param name="builder">The host's.</param>
    /// <param name="options">The edge's.</param>
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
                    // The client's trace is passed on as it came. One that the web server began here for its log is not: services would take it
                    // for one that somebody left out.
                    handler.ActivityHeadersPropagator = null;
                }
            );
        // A replica that cannot be reached is told of once, by the health pages.
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

    // A replica that hangs leaves half of the places to the others of its service, until the probes find it away.
    private static int PerReplica(EdgeOptions options, RemoteService service) =>
        service.Addresses.Count > 1 ? Math.Max(1, options.MaxConcurrentRequests / 2) : options.MaxConcurrentRequests;

    private static ClusterConfig Cluster(RemoteSystem system, RemoteService service) =>
        new()
        {
            ClusterId = $"{system.Name}.{service.Name}",
            Destinations = service.Addresses.ToDictionary(a => a.ToString(), a => new DestinationConfig { Address = a.ToString() }),
            HealthCheck = new HealthCheckConfig
            {
                // Where all are away, none is asked: YARP would ask them all.
                AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyAndUnknown,
                // Marked by the way itself.
                Passive = new PassiveHealthCheckConfig { Enabled = true },
                // Two in a row: one that is slow under load is not ill.
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

/// <summary>A system whose services run at addresses of their own.</summary>
/// <param name="Name">The first segment of its paths: <c>taxi</c>.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Services">Its services.</param>
public sealed record RemoteSystem(string Name, string Title, IReadOnlyList<RemoteService> Services);

/// <summary>A service, and where its replicas are.</summary>
/// <param name="Name">Its name in its system: <c>catch</c>.</param>
/// <param name="Segments">The first segments of the paths it serves: <c>catches</c>.</param>
/// <param name="Addresses">One a replica, or one behind which somebody else balances.</param>
public sealed record RemoteService(string Name, IReadOnlyList<string> Segments, IReadOnlyList<Uri> Addresses);
