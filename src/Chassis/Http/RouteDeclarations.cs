using Microsoft.AspNetCore.Routing;

namespace Mannam.Http;

/// <summary>The routes of a service.</summary>
/// <param name="Map">Maps them.</param>
public sealed record RoutesFeature(Action<IEndpointRouteBuilder> Map);

/// <summary>Declares a service's routes.</summary>
public static class RouteDeclarations
{
    /// <summary>Adds routes to the service.</summary>
    /// <param name="declaration">The declaration.</param>
    /// <param name="map">Maps them.</param>
    /// <param name="paths">The first segments of their paths, by which gateways find the service; the service's name by default.</param>
    public static TDeclaration Serving<TDeclaration>(
        this TDeclaration declaration,
        Action<IEndpointRouteBuilder> map,
        params string[] paths
    )
        where TDeclaration : ServiceDeclaration
    {
        ArgumentNullException.ThrowIfNull(declaration);
        declaration.Add(new RoutesFeature(map));
        declaration.Serve(paths);
        return declaration;
    }
}
