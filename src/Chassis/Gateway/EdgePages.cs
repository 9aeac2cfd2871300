using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Mannam.Gateway;

/// <summary>The pages of the whole: index, health, OpenAPI documents, and the process's own.</summary>
internal static class EdgePages
{
    private const string OpenApiPath = "/openapi/v1.json";

    public static void Map(IEndpointRouteBuilder routes, Edge edge)
    {
        var host = routes.ServiceProvider;
        var (options, services) = (host.GetRequiredService<EdgeOptions>(), host.GetRequiredService<MannamServices>());
        var health = new HealthPages(host.GetRequiredService<HealthCheckService>(), options, () => edge.Guard.Draining);
        var openApi = new OpenApiPages(services, host.GetRequiredService<ILogger<Edge>>());
        MapPage(routes, "/", context => IndexAsync(context, services));
        MapPage(routes, "/health/live", health.LiveAsync);
        MapPage(routes, "/health/ready", health.ReadyAsync);
        MapPage(routes, "/actuator/health", health.StatusAsync);
        MapPage(routes, OpenApiPath, openApi.WriteAllAsync);
        foreach (var system in services.Systems)
            MapPage(routes, $"/{system.Name}{OpenApiPath}", context => openApi.WriteAsync(context, system));
        foreach (var (path, page) in options.Pages)
            MapPage(routes, path, page);
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

    private static void MapPage(IEndpointRouteBuilder routes, string path, RequestDelegate page) =>
        routes.Map(
            path,
            context =>
            {
                // Routing ignores case; paths are case-sensitive.
                if (!path.Equals(context.Request.Path.Value, StringComparison.Ordinal))
                    return EdgeProblem.NotFound(context);
                if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
                    return page(context);
                context.Response.Headers.Allow = "GET, HEAD";
                return EdgeProblem.WriteAsync(context, 405, "Method not allowed", "This page can only be read.");
            }
        );

    private static Task IndexAsync(HttpContext context, MannamServices services)
    {
        var prefix = context.Request.PathBase.Value!.TrimEnd('/');
        var systems = services.Systems.Select(s => new IndexEntry(
            s.Name,
            s.Title,
            $"{prefix}/{s.Name}{OpenApiPath}",
            [.. s.Services.SelectMany(service => service.Segments).Select(segment => $"{prefix}/{s.Name}/{segment}")]
        ));
        var index = new IndexDocument([.. systems], prefix + "/health/ready", prefix + OpenApiPath);
        return WriteJsonAsync(context, 200, index, EdgeJson.Default.IndexDocument);
    }
}

/// <summary>The index page.</summary>
internal sealed record IndexDocument(IndexEntry[] Systems, string Health, string OpenApi);

/// <summary>A system, with the paths of its resources.</summary>
internal sealed record IndexEntry(string Name, string Title, string OpenApi, string[] Resources);
