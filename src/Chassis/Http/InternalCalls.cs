using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Chassis.Http;

/// <summary>Calls that one service makes to another, and that gateways and the front door do not pass on (spec README, "Verbs").</summary>
public static class InternalCalls
{
    /// <summary>Marks an endpoint as internal: from outside it is 404, or 405 with <c>Allow</c> where the same path can be read.</summary>
    public static TBuilder Internal<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(static built => built.Metadata.Add(Mark.Instance));
        return endpoint;
    }

    /// <summary>The refusal of a request that came from outside to an internal endpoint; null when it may go on.</summary>
    internal static Problem? Refusal(HttpContext http, RouteEndpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<Mark>() is null || http.Features.Get<IFromOutside>() is null)
        {
            return null;
        }
        var allowed = MethodsForAll(http.RequestServices.GetRequiredService<EndpointDataSource>(), PathOf(endpoint));
        if (!allowed.Contains(HttpMethods.Get))
        {
            return Problems.NotFound();
        }
        http.Response.Headers.Allow = string.Join(", ", allowed);
        return Problems.Of(405);
    }

    private static SortedSet<string> MethodsForAll(EndpointDataSource source, string path)
    {
        var allowed = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var other in source.Endpoints)
        {
            if (other is RouteEndpoint route && PathOf(route) == path && route.Metadata.GetMetadata<Mark>() is null)
            {
                allowed.UnionWith(route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []);
            }
        }
        return allowed;
    }

    private static string PathOf(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText?.Trim('/') ?? "";

    private sealed class Mark
    {
        public static readonly Mark Instance = new();
    }
}
