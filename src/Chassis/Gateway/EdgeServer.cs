using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mannam.Gateway;

/// <summary>
/// The one port of a process that runs several services: hands each request on to the service that owns its path, and answers for the
/// whole (<c>/health/…</c>, <c>/openapi/v1.json</c>, <c>/</c>).
/// </summary>
/// <remarks>
/// On loopback it answers only to a <c>Host</c> that is loopback or configured (421), and lets pages of this machine call it (CORS);
/// elsewhere it answers to every name, and lets pages of configured origins call it. It does not listen to signals.
/// </remarks>
public sealed class EdgeServer : IAsyncDisposable
{
    /// <summary>The largest body that is read, in bytes: 1 MiB. Reading on is refused with 413.</summary>
    public const int MaxBody = 1 << 20;

    private readonly WebApplication app;
    private readonly EdgeMiddleware middleware;
    private readonly RequestDispatcher dispatcher;

    /// <param name="options">What to serve.</param>
    /// <param name="configure">Adds what the process has for all: logging, telemetry.</param>
    /// <param name="use">Lets the application use what was added.</param>
    /// <exception cref="ArgumentException">Two services claim the same paths, or an address cannot be read.</exception>
    public EdgeServer(EdgeOptions options, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? use = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxConcurrentRequests);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxConnections);
        var routes = new RouteTable(options);
        var forwarded = new ForwardedHeaders(options.TrustedProxies);
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = Environments.Production });
        // The services report their requests; under the same name each would be seen twice.
        builder.Services.AddSingleton(new ActivitySource("Mannam.FrontDoor"));
        builder.WithoutSignals().WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options));
        configure?.Invoke(builder);
        app = builder.Build();

        var logger = app.Services.GetRequiredService<ILogger<EdgeServer>>();
        middleware = new EdgeMiddleware(options, routes, logger);
        dispatcher = new RequestDispatcher(
            options,
            routes,
            new HealthPages(options, () => middleware.Draining),
            new OpenApiPages(options, logger)
        );
        KestrelErrorResponses.Observe(app.Services.GetRequiredService<DiagnosticListener>());
        use?.Invoke(app);
        app.Use(next => context => middleware.InvokeAsync(context, next));
        app.Run(context =>
        {
            forwarded.Apply(context);
            return dispatcher.DispatchAsync(context);
        });
    }

    /// <summary>Where it listens, once started: <c>http://127.0.0.1:8080/</c>.</summary>
    /// <exception cref="InvalidOperationException">It is not started.</exception>
    public Uri Address => new(app.Urls.FirstOrDefault() ?? throw new InvalidOperationException("The front door is not open."));

    /// <summary>Requests handed on to services that have not come back.</summary>
    public int InProgress => dispatcher.InProgress;

    /// <summary>Opens the port.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => app.StartAsync(cancellationToken);

    /// <summary>
    /// From now on it is not ready, and every answer carries <c>Connection: close</c>, while requests are served as before: so that
    /// clients and probes go elsewhere before the port is closed.
    /// </summary>
    public void BeginDrain() => middleware.BeginDrain();

    /// <summary>Takes no new connections and finishes the requests begun; those that still run when the token fires are cut off.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        middleware.BeginDrain();
        return app.StopAsync(cancellationToken);
    }

    /// <summary>Closes the port; requests in progress get the host's shutdown timeout.</summary>
    public ValueTask DisposeAsync()
    {
        dispatcher.Dispose();
        return app.DisposeAsync();
    }

    private static void Listen(KestrelServerOptions kestrel, EdgeOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.MaxConcurrentConnections = kestrel.Limits.MaxConcurrentUpgradedConnections = options.MaxConnections;
        kestrel.Limits.MaxRequestBodySize = MaxBody;
        // Of an answer that waits for its client; a stream that has nothing to tell waits for nobody.
        kestrel.Limits.MinResponseDataRate = new MinDataRate(options.MinBytesPerSecond, TimeSpan.FromSeconds(5));
        // "Body not complete within 30 s" in the server's terms: whatever is not complete by then came slower than the largest body may.
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(MaxBody / 30.0, TimeSpan.FromSeconds(30));
        var shares = new ClientConnectionLimit(options);
        kestrel.Listen(
            options.Address,
            options.Port,
            listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(shares.Before);
            }
        );
    }
}
