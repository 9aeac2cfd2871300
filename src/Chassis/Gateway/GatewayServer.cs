using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;

namespace Mannam.Gateway;

/// <summary>The single entry to systems that are spread out: the front door, with ways to the services' addresses. YARP keeps their connections and watches
/// their health.</summary>
public static class GatewayServer
{
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(2);

    /// <summary>Opens none yet: the door is to be started.</summary>
    /// <param name="options">The door's, without systems.</param>
    /// <param name="systems">What it serves: each service with its addresses.</param>
    /// <param name="configure">Adds what the process has for all: logging, telemetry.</param>
    public static EdgeServer Of(EdgeOptions options, IReadOnlyList<RemoteSystem> systems, Action<WebApplicationBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var ways = systems
            .SelectMany(
                system => system.Services,
                (system, service) => new ReplicatedUpstream($"{system.Name}.{service.Name}", PerReplica(options, service))
            )
            .ToList();
        return new EdgeServer(
            options with
            {
                Systems =
                [
                    .. systems.Select(system => new SystemEntry(
                        system.Name,
                        system.Title,
                        [.. system.Services.Select(s => Entry(s, ways.Find(w => w.Cluster == $"{system.Name}.{s.Name}")!))]
                    )),
                ],
            },
            builder =>
            {
                builder
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
                configure?.Invoke(builder);
            },
            app =>
            {
                // Without routes: it is asked for the state of its clusters.
                app.MapReverseProxy();
                ways.ForEach(way => way.Open(app.Services));
            }
        );
    }

    // A replica that hangs leaves half of the places to the others of its service, until the probes find it away.
    private static int PerReplica(EdgeOptions options, RemoteService service) =>
        service.Addresses.Count > 1 ? Math.Max(1, options.MaxConcurrentRequests / 2) : options.MaxConcurrentRequests;

    private static ServiceEntry Entry(RemoteService service, ReplicatedUpstream way) =>
        new(service.Name, service.Segments, way, way.HealthAsync);

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
