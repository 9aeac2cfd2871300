using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Http;

/// <summary>Calls from one service to another. Gateways and the front door do not forward them (spec README, "Verbs").</summary>
public static class InternalCalls
{
    /// <summary>Marks an endpoint as internal: from outside it is 404, or 405 with <c>Allow</c> if the same path can be read.</summary>
    public static TBuilder Internal<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(static built => built.Metadata.Add(Mark.Instance));
        return endpoint;
    }

    /// <summary>The refusal of an outside request to an internal endpoint; null if the request is allowed.</summary>
    internal static Problem? Refusal(HttpContext http, Endpoint? endpoint)
    {
        if (endpoint is null || http.Features.Get<IExternalRequest>() is null)
            return null;
        // Routing's own 405 is an endpoint without a route. Its Allow would list the internal method.
        var route = endpoint as RouteEndpoint;
        if (route is not null && !IsInternal(route))
            return null;
        var endpoints = http.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();
        var path = route is null ? http.Request.Path.Value!.Trim('/') : PathOf(route);
        var onPath = endpoints.Where(other => PathOf(other).Equals(path, StringComparison.OrdinalIgnoreCase)).ToList();
        return onPath.Exists(IsInternal) ? Refusal(http, onPath) : null;
    }

    private static Problem Refusal(HttpContext http, List<RouteEndpoint> onPath)
    {
        var allowed = onPath
            .Where(other => !IsInternal(other))
            .SelectMany(other => other.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
            .ToHashSet();
        if (!allowed.Contains(HttpMethods.Get))
            return Problems.NotFound();
        http.Response.Headers.Allow = string.Join(", ", allowed.Order(StringComparer.Ordinal));
        return Problems.Of(405);
    }

    private static bool IsInternal(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<Mark>() is not null;

    /// <summary>Whether an endpoint with this metadata is internal.</summary>
    internal static bool IsInternal(IEnumerable<object> metadata) => metadata.OfType<Mark>().Any();

    /// <summary>The mark of internal operations in the service's OpenAPI document. Edges and gateways remove such operations.</summary>
    internal const string Extension = "x-internal";

    private static string PathOf(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText?.Trim('/') ?? "";

    private sealed class Mark
    {
        public static readonly Mark Instance = new();
    }
}
