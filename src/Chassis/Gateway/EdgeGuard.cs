using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Mannam.Gateway;

/// <summary>
/// What happens to every request first: its path is put in normal form, and those who have no business here are refused. It sees the
/// connection as it is, before anything that a proxy tells.
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

    /// <summary>From now on every answer asks its client to come back by another connection.</summary>
    public void BeginDrain() => _draining = true;

    /// <summary>Refuses what cannot be read without doubt, and what names another machine.</summary>
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

    /// <summary>Answers for the services what is the same for all: preflights, bodies that are too large, and operators' paths asked by others.</summary>
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

    /// <summary>Whether a request may reach services for operators: direct, and to this machine by its name.</summary>
    public bool IsOperator(HttpContext context) => OperatorAccess.IsDirect(context) && _hosts.IsThisMachine(context.Request.Host);

    // By a port or under a name that is one service's, the others are not there.
    private bool IsOfAnother(HttpContext context) =>
        (_servicePorts.Count > 0 || _serviceHosts.Count > 0)
        && context.GetEndpoint()?.Metadata.GetMetadata<ServicePath>() is { } path
        && (
            (_servicePorts.GetValueOrDefault(context.Connection.LocalPort) is { } byPort && byPort != path.Name)
            || (_serviceHosts.GetValueOrDefault(context.Request.Host.Host) is { } byHost && byHost != path.Name)
        );

    private static bool IsForOperators(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ServicePath>() is { ForOperators: true };

    // Answered at once; then the web server reads the rest away, within limits: who is still sending would lose the answer with the connection.
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
            // Thrown by the web server to whoever reads the body: too large, too slow, cut off. Where the body ends is not known.
            context.Response.Clear();
            context.Response.Headers.Connection = "close";
            var status = (refused as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest;
            await AnswerAsync(context, status, "The body could not be read.");
        }
        catch (Exception exception) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            // Services answer their own faults; what comes here is a fault of their answering.
            _logger.LogError(exception, "{Method} {Path} failed at the front door", context.Request.Method, context.Request.Path);
            context.Response.Clear();
            await AnswerAsync(context, StatusCodes.Status500InternalServerError, "The request failed through no fault of its own.");
        }
    }

    private static Task AnswerAsync(HttpContext context, int status, string detail) =>
        EdgeProblem.WriteAsync(context, status, EdgeProblem.TitleOf(status), detail);

    // No endpoint, and no later middleware, answered it.
    private static bool IsBareNotFound(HttpResponse response) =>
        response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false, ContentType: null, ContentLength: null };

    private Task WhenStarting(HttpContext context)
    {
        if (!_forPeers && !IsForOperators(context))
            _cors.AddHeaders(context);
        // Who waits for leave to send a body and is refused may send it or not: what follows on the connection would be uncertain (RFC 9110, 10.1.1).
        if (_draining || (context.Response.StatusCode >= 300 && context.Request.Headers.Expect.Count > 0))
            context.Response.Headers.Connection = new StringValues("close");
        return Task.CompletedTask;
    }
}
