using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mannam.Gateway;

/// <summary>
/// What stands before the services of a host, once for all of them: whom it answers, limits, and the pages of the whole (<c>/health/…</c>,
/// <c>/openapi/v1.json</c>, <c>/</c>).
/// </summary>
/// <remarks>
/// On loopback it answers only to a <c>Host</c> that is loopback or configured (421), and lets pages of this machine call it (CORS);
/// elsewhere it answers to every name, and lets pages of configured origins call it.
/// </remarks>
public sealed class Edge : IDisposable
{
    private readonly IServer _server;
    private readonly ForwardedHeaders _forwarded;
    private readonly Admission _admission;

    /// <exception cref="ArgumentException">The address of a trusted proxy cannot be read.</exception>
    internal Edge(EdgeOptions options, MannamServices services, IServer server, ILogger<Edge> logger)
    {
        _server = server;
        _forwarded = new ForwardedHeaders(options.TrustedProxies);
        _admission = new Admission(options, services);
        Guard = new EdgeGuard(options, logger);
        services.IsOperator = Guard.IsOperator;
    }

    internal EdgeGuard Guard { get; }

    /// <summary>Where the host listens, once it is started: <c>http://127.0.0.1:8080/</c>.</summary>
    /// <exception cref="InvalidOperationException">It is not started.</exception>
    public Uri Address =>
        new(
            _server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
                ?? throw new InvalidOperationException("The host is not started.")
        );

    /// <summary>Requests handed on to services that have not come back.</summary>
    public int InProgress => _admission.InProgress;

    /// <summary>
    /// From now on it is not ready, and every answer carries <c>Connection: close</c>, while requests are served as before: so that
    /// clients and probes go elsewhere before the port is closed.
    /// </summary>
    public void BeginDrain() => Guard.BeginDrain();

    internal Task AdmitAsync(HttpContext http, RequestDelegate next)
    {
        _forwarded.Apply(http);
        return _admission.InvokeAsync(http, next);
    }

    /// <inheritdoc/>
    public void Dispose() => _admission.Dispose();
}
