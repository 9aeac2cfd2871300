using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mannam.Gateway;

/// <summary>Adds an <see cref="Edge"/> in front of a host's services.</summary>
public static class MannamEdge
{
    /// <summary>Configures Kestrel with the options' address and limits, and registers the <see cref="Edge"/>.</summary>
    /// <param name="builder">The host's builder. <see cref="MannamHosting"/> adds systems.</param>
    /// <param name="options">The address, the answered hosts, and the limits.</param>
    public static WebApplicationBuilder AddMannamEdge(this WebApplicationBuilder builder, EdgeOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxConcurrentRequests);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxConnections);
        // The services report their requests. With the same source name, each request would appear twice.
        builder.Services.AddSingleton(new ActivitySource("Mannam.FrontDoor"));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options));
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(provider => new Edge(
            options,
            provider.GetRequiredService<MannamServices>(),
            provider.GetRequiredService<IServer>(),
            provider.GetRequiredService<ILogger<Edge>>()
        ));
        // The health pages show failures. As log lines they would come twice a second.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        return builder;
    }

    /// <summary>Makes every request pass the edge first, and maps the pages of the whole. Call it first; <see cref="MannamEndpoints.MapMannam"/> maps the
    /// services.</summary>
    /// <param name="app">The host.</param>
    public static WebApplication UseMannamEdge(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var edge = app.Services.GetRequiredService<Edge>();
        KestrelErrorResponses.Observe(app.Services.GetRequiredService<DiagnosticListener>());
        app.Use(next => http => edge.Guard.BeforeRoutingAsync(http, next));
        app.UseRouting();
        app.Use(next => http => edge.Guard.AfterRoutingAsync(http, next));
        app.Use(next => http => edge.AdmitAsync(http, next));
        EdgePages.Map(app, edge);
        OpenUpstreams(app);
        return app;
    }

    private static void OpenUpstreams(WebApplication app)
    {
        var elsewhere = app
            .Services.GetRequiredService<MannamServices>()
            .All.Select(s => s.Service.Upstream)
            .OfType<ReplicatedUpstream>()
            .ToList();
        if (elsewhere.Count == 0)
            return;
        // Without routes: it only provides the state of its clusters.
        app.MapReverseProxy();
        elsewhere.ForEach(upstream => upstream.Open(app.Services));
    }

    private static void Listen(KestrelServerOptions kestrel, EdgeOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.MaxConcurrentConnections = kestrel.Limits.MaxConcurrentUpgradedConnections = options.MaxConnections;
        kestrel.Limits.MaxRequestBodySize = EdgeOptions.MaxBody;
        // Applies to an answer that waits for its client. A stream without data is not affected.
        kestrel.Limits.MinResponseDataRate = new MinDataRate(options.MinBytesPerSecond, TimeSpan.FromSeconds(5));
        // "Body not complete within 30 s" in the server's terms: an incomplete body is then slower than the largest body may be.
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(EdgeOptions.MaxBody / 30.0, TimeSpan.FromSeconds(30));
        var shares = new ClientConnectionLimit(options);
        foreach (var port in options.ServicePorts.Keys.Where(p => p != options.Port).Prepend(options.Port))
        {
            kestrel.Listen(
                options.Address,
                port,
                listen =>
                {
                    listen.Protocols = HttpProtocols.Http1;
                    listen.Use(shares.Before);
                }
            );
        }
    }
}
