using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mannam.Gateway;

/// <summary>Hands each request on to the service whose path it names, or answers with a page of the front door's own.</summary>
internal sealed class RequestDispatcher(EdgeOptions options, RouteTable routes, HealthPages health, OpenApiPages openApi) : IDisposable
{
    private const string OpenApiPath = "/openapi/v1.json";

    private readonly RateLimit rate = new(options.RequestsPerSecond);
    private readonly ConcurrencyLimit limit = new(options.MaxConcurrentRequests);

    // Of those whose client sends its body only when it is asked for it: the service asks.
    private readonly ConcurrencyLimit expecting = new(Math.Max(1, options.MaxConcurrentRequests / 2));
    private readonly BodyBuffer bodies = new();

    /// <summary>Requests handed on that have not come back.</summary>
    public int InProgress => limit.InUse;

    public Task DispatchAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (routes.System(path) is { } system)
        {
            var rest = path[system.Prefix.Length..];
            return system.Find(rest) is { } service ? HandOnAsync(context, service, system.Prefix, rest)
                : rest == OpenApiPath ? PageAsync(context, c => openApi.WriteAsync(c, system))
                : EdgeProblem.NotFound(context);
        }
        if (routes.AtRoot(path) is { } atRoot)
        {
            return HandOnAsync(context, atRoot, "", path);
        }
        if (routes.Operator(path) is { } forOperators)
        {
            var rest = path[forOperators.Prefix.Length..];
            return HandOnAsync(context, forOperators, forOperators.Prefix, rest.Length == 0 ? "/" : rest);
        }
        return path switch
        {
            "/" => PageAsync(context, IndexAsync),
            "/health/live" => PageAsync(context, health.LiveAsync),
            "/health/ready" => PageAsync(context, health.ReadyAsync),
            "/actuator/health" => PageAsync(context, health.StatusAsync),
            OpenApiPath => PageAsync(context, openApi.WriteAllAsync),
            _ when options.Pages.TryGetValue(path, out var page) => PageAsync(context, page.Invoke),
            _ => EdgeProblem.NotFound(context),
        };
    }

    public static Task WriteJsonAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = "application/json";
        var body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private async Task HandOnAsync(HttpContext context, ServiceRoute route, string prefix, string path)
    {
        if (!rate.Allows(context))
        {
            context.Response.Headers.RetryAfter = "1";
            await EdgeProblem.WriteAsync(
                context,
                429,
                "Too many requests",
                "This client asks more often than it may. Please try again later."
            );
            return;
        }
        if (context.Request.Headers.Expect.Count > 0)
        {
            await ExpectAsync(context, route, prefix, path);
            return;
        }
        // Before it takes a place: a client may be slow, but it holds nobody else up.
        var (body, held) = await bodies.BufferAsync(context);
        if (body == BodyBufferState.Complete)
        {
            try
            {
                await WorkOnAsync(context, route, prefix, path);
            }
            finally
            {
                bodies.Release(held);
            }
        }
        else if (body == BodyBufferState.Full)
        {
            context.Response.Headers.Connection = "close";
            await TooManyAsync(context);
        }
    }

    private async Task ExpectAsync(HttpContext context, ServiceRoute route, string prefix, string path)
    {
        if (!expecting.TryAcquire())
        {
            await TooManyAsync(context);
            return;
        }
        try
        {
            await WorkOnAsync(context, route, prefix, path);
        }
        finally
        {
            expecting.Release();
        }
    }

    private async Task WorkOnAsync(HttpContext context, ServiceRoute route, string prefix, string path)
    {
        if (!TryTake(route))
        {
            await TooManyAsync(context);
            return;
        }
        try
        {
            await PassOnAsync(context, route, prefix, path);
        }
        finally
        {
            limit.Release();
            route.Limit.Release();
        }
    }

    private bool TryTake(ServiceRoute route)
    {
        if (!route.Limit.TryAcquire())
        {
            return false;
        }
        if (limit.TryAcquire())
        {
            return true;
        }
        route.Limit.Release();
        return false;
    }

    private static async Task PassOnAsync(HttpContext context, ServiceRoute route, string prefix, string path)
    {
        var line = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        // Before the prefix stands what a proxy has cut off (X-Forwarded-Prefix).
        line.PathBase = line.PathBase.Length == 0 ? prefix : line.PathBase.TrimEnd('/') + prefix;
        line.Path = path;
        if (!await route.Entry.Upstream.ForwardAsync(context))
        {
            await EdgeProblem.Unavailable(context, $"The service {route.Name} is not running. Please try again later.");
        }
    }

    private static Task TooManyAsync(HttpContext context) =>
        EdgeProblem.Unavailable(context, "Too many requests are in progress. Please try again later.");

    public void Dispose() => rate.Dispose();

    private static Task PageAsync(HttpContext context, Func<HttpContext, Task> page)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        {
            return page(context);
        }
        context.Response.Headers.Allow = "GET, HEAD";
        return EdgeProblem.WriteAsync(context, 405, "Method not allowed", "This page can only be read.");
    }

    private Task IndexAsync(HttpContext context)
    {
        var prefix = context.Request.PathBase.Value!.TrimEnd('/');
        var systems = options.Systems.Select(s => new IndexEntry(
            s.Name,
            s.Title,
            $"{prefix}/{s.Name}{OpenApiPath}",
            [.. s.Services.SelectMany(service => service.Segments).Select(segment => $"{prefix}/{s.Name}/{segment}")]
        ));
        var index = new IndexDocument([.. systems], prefix + "/health/ready", prefix + OpenApiPath);
        return WriteJsonAsync(context, 200, index, EdgeJson.Default.IndexDocument);
    }
}

/// <summary>What is here.</summary>
internal sealed record IndexDocument(IndexEntry[] Systems, string Health, string OpenApi);

/// <summary>A system, and where its resources are.</summary>
internal sealed record IndexEntry(string Name, string Title, string OpenApi, string[] Resources);
