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
internal sealed class EdgeMiddleware
{
    private const long MaxDiscarded = 16 << 20;

    private readonly RouteTable routes;
    private readonly HostFilter hosts;
    private readonly CorsPolicy cors;
    private readonly ILogger logger;
    private readonly Func<object, Task> whenStarting;
    private readonly Func<object, Task> whenStartingOperator;
    private readonly bool forPeers;
    private volatile bool draining;

    public EdgeMiddleware(EdgeOptions options, RouteTable routes, ILogger logger)
    {
        var onLoopback = IPAddress.IsLoopback(options.Address);
        this.routes = routes;
        this.logger = logger;
        forPeers = options.ForPeers;
        hosts = new HostFilter(onLoopback, options.Hosts);
        cors = new CorsPolicy(onLoopback, options.Origins);
        whenStartingOperator = context => Leaving((HttpContext)context);
        if (options.ForPeers)
        {
            whenStarting = whenStartingOperator;
            return;
        }
        whenStarting = context =>
        {
            cors.AddHeaders((HttpContext)context);
            return Leaving((HttpContext)context);
        };
    }

    public bool Draining => draining;

    /// <summary>From now on every answer asks its client to come back by another connection.</summary>
    public void BeginDrain() => draining = true;

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var (request, response) = (context.Request, context.Response);
        var decoded = request.Path.Value ?? "/";
        var path = RouteTable.Normal(decoded);
        if (!ReferenceEquals(path, decoded))
        {
            request.Path = path;
        }
        var forOperators = routes.Operator(path) is not null;
        response.OnStarting(forOperators ? whenStartingOperator : whenStarting, context);
        if (RequestValidation.FindFault(request, decoded) is { } fault)
        {
            response.Headers.Connection = "close";
            return AnswerAsync(context, 400, fault);
        }
        if (!hosts.Allows(request.Host))
        {
            return EdgeProblem.WriteAsync(context, 421, "Misdirected request", "This address is not served under the name in Host.");
        }
        if (forOperators && !IsDirectFromHere(context))
        {
            return EdgeProblem.NotFound(context);
        }
        if (!forOperators && !forPeers && CorsPolicy.IsPreflight(request))
        {
            cors.AnswerPreflight(context);
            return Task.CompletedTask;
        }
        if (request.ContentLength > EdgeServer.MaxBody)
        {
            return TooLarge(context);
        }
        return GuardedAsync(context, next);
    }

    // Answered at once; then the web server reads the rest away, within limits: who is still sending would lose the answer with the connection.
    private static Task TooLarge(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MaxDiscarded;
        }
        return EdgeProblem.WriteAsync(context, 413, EdgeProblem.TitleOf(413), $"A body may have {EdgeServer.MaxBody} bytes at most.");
    }

    // A request that a proxy on this machine hands on comes from elsewhere, whatever it says.
    private bool IsDirectFromHere(HttpContext context)
    {
        var headers = context.Request.Headers;
        return context.Connection.RemoteIpAddress is { } address
            && IPAddress.IsLoopback(address)
            && hosts.IsThisMachine(context.Request.Host)
            && !headers.ContainsKey("X-Forwarded-For")
            && !headers.ContainsKey("X-Forwarded-Host")
            && !headers.ContainsKey("Forwarded");
    }

    private async Task GuardedAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
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
            logger.LogError(exception, "{Method} {Path} failed at the front door", context.Request.Method, context.Request.Path);
            context.Response.Clear();
            await AnswerAsync(context, StatusCodes.Status500InternalServerError, "The request failed through no fault of its own.");
        }
    }

    private static Task AnswerAsync(HttpContext context, int status, string detail) =>
        EdgeProblem.WriteAsync(context, status, EdgeProblem.TitleOf(status), detail);

    // Who waits for leave to send a body and is refused may send it or not: what follows on the connection would be uncertain (RFC 9110, 10.1.1).
    private Task Leaving(HttpContext context)
    {
        if (draining || (context.Response.StatusCode >= 300 && context.Request.Headers.Expect.Count > 0))
        {
            context.Response.Headers.Connection = new StringValues("close");
        }
        return Task.CompletedTask;
    }
}
