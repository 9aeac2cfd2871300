using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Mannam.Gateway;

/// <summary>
/// The first middleware of every request: it normalises the path, and refuses invalid or foreign requests. It uses the connection itself, before any
/// forwarded header applies.
/// </summary>
internal sealed class EdgeGuard
{
    private const long MaxDiscarded = 16 << 20;

    private readonly HostFilter _hosts;
    private readonly FrozenDictionary<int, string?> _servicePorts;
    private readonly FrozenDictionary<string, string?> _serviceHosts;
    private readonly CorsPolicy _cors;
    private readonly ILogger _logger;
    private readonly Func<object, Task> _whenStarting;
    private readonly bool _forPeers;
    private volatile bool _draining;

    public EdgeGuard(EdgeOptions options, ILogger logger)
    {
        var onLoopback = IPAddress.IsLoopback(options.Address);
        this._logger = logger;
        _forPeers = options.ForPeers;
        _hosts = new HostFilter(onLoopback, [.. options.Hosts, .. options.ServiceHosts.Keys]);
        _servicePorts = options.ServicePorts.ToFrozenDictionary();
        _serviceHosts = options.ServiceHosts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _cors = new CorsPolicy(onLoopback, options.Origins);
        _whenStarting = context => WhenStarting((HttpContext)context);
    }

    public bool Draining => _draining;

    /// <summary>From now on every answer asks its client to use another connection.</summary>
    public void BeginDrain() => _draining = true;

    /// <summary>Refuses requests that are ambiguous or name another machine.</summary>
    public Task BeforeRoutingAsync(HttpContext context, RequestDelegate next)
    {
        var (request, response) = (context.Request, context.Response);
        var decoded = request.Path.Value ?? "/";
        var path = PathNormalization.Normalize(request.Path);
        if (!ReferenceEquals(path.Value, decoded))
            request.Path = path.HasValue ? path : new PathString("/");
        response.OnStarting(_whenStarting, context);
        if (RequestValidation.FindFault(request, decoded) is { } fault)
        {
            response.Headers.Connection = "close";
            return AnswerAsync(context, 400, fault);
        }
        if (!_hosts.Allows(request.Host))
            return EdgeProblem.WriteAsync(context, 421, "Misdirected request", "This address is not served under the name in Host.");
        return GuardedAsync(context, next);
    }

    /// <summary>Answers for all services: preflights, bodies that are too large, and operators' paths for other callers.</summary>
    public Task AfterRoutingAsync(HttpContext context, RequestDelegate next)
    {
        var forOperators = IsForOperators(context);
        if ((forOperators && !IsOperator(context)) || IsOfAnother(context))
            return EdgeProblem.NotFound(context);
        if (!forOperators && !_forPeers && CorsPolicy.IsPreflight(context.Request))
        {
            _cors.AnswerPreflight(context);
            return Task.CompletedTask;
        }
        return context.Request.ContentLength > EdgeOptions.MaxBody ? TooLarge(context) : next(context);
    }

    /// <summary>Whether a request may reach operators' services: direct, and by this machine's name.</summary>
    public bool IsOperator(HttpContext context) => OperatorAccess.IsDirect(context) && _hosts.IsThisMachine(context.Request.Host);

    // On a port or under a name of one service, the other services do not exist.
    private bool IsOfAnother(HttpContext context) =>
        (_servicePorts.Count > 0 || _serviceHosts.Count > 0)
        && context.GetEndpoint()?.Metadata.GetMetadata<ServicePath>() is { } path
        && (
            (_servicePorts.GetValueOrDefault(context.Connection.LocalPort) is { } byPort && byPort != path.Name)
            || (_serviceHosts.GetValueOrDefault(context.Request.Host.Host) is { } byHost && byHost != path.Name)
        );

    private static bool IsForOperators(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ServicePath>() is { ForOperators: true };

    // Answered at once. Then the web server discards the rest, within limits: otherwise a client that still sends would lose the answer with the connection.
    private static Task TooLarge(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MaxDiscarded;
        return EdgeProblem.WriteAsync(context, 413, EdgeProblem.TitleOf(413), $"A body may have {EdgeOptions.MaxBody} bytes at most.");
    }

    private async Task GuardedAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (IsBareNotFound(context.Response))
                await EdgeProblem.NotFound(context);
        }
        catch (IOException refused) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            // The web server throws it to the reader of the body: too large, too slow, or cut off. The end of the body is unknown.
            context.Response.Clear();
            context.Response.Headers.Connection = "close";
            var status = (refused as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest;
            await AnswerAsync(context, status, "The body could not be read.");
        }
        catch (Exception exception) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            // Services answer their own errors, so this is an error of the edge or of a service's server.
            _logger.LogError(exception, "{Method} {Path} failed at the front door", context.Request.Method, context.Request.Path);
            context.Response.Clear();
            await AnswerAsync(context, StatusCodes.Status500InternalServerError, "The request failed through no fault of its own.");
        }
    }

    private static Task AnswerAsync(HttpContext context, int status, string detail) =>
        EdgeProblem.WriteAsync(context, status, EdgeProblem.TitleOf(status), detail);

    // Neither an endpoint nor a later middleware has answered.
    private static bool IsBareNotFound(HttpResponse response) =>
        response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false, ContentType: null, ContentLength: null };

    private Task WhenStarting(HttpContext context)
    {
        if (!_forPeers && !IsForOperators(context))
            _cors.AddHeaders(context);
        // A client that waits for 100 Continue and is refused may send its body or not, so the next bytes are ambiguous (RFC 9110, 10.1.1).
        if (_draining || (context.Response.StatusCode >= 300 && context.Request.Headers.Expect.Count > 0))
            context.Response.Headers.Connection = new StringValues("close");
        return Task.CompletedTask;
    }
}
