using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mannam.Gateway;

/// <summary>
/// The edge in front of a host's services: it decides which requests are answered, and adds limits and the pages of the whole (<c>/health/…</c>,
/// <c>/openapi/v1.json</c>, <c>/</c>).
/// </summary>
/// <remarks>
/// On loopback it answers only a <c>Host</c> that is loopback or configured (otherwise 421), and pages of this machine may call it (CORS). On other
/// addresses it answers every name, and pages of the configured origins may call it.
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

    /// <summary>The address of the started host: <c>http://127.0.0.1:8080/</c>.</summary>
    /// <exception cref="InvalidOperationException">The host is not started.</exception>
    public Uri Address =>
        new(
            _server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
                ?? throw new InvalidOperationException("The host is not started.")
        );

    /// <summary>The number of requests at services that have not ended.</summary>
    public int InProgress => _admission.InProgress;

    /// <summary>
    /// Begins to drain: the host is not ready, and every answer has <c>Connection: close</c>, while requests are still served. So clients and probes go
    /// elsewhere before the port is closed.
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
