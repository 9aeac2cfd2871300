using Microsoft.AspNetCore.Routing;

namespace Mannam.Http;

/// <summary>The routes of a service.</summary>
/// <param name="Map">Maps them.</param>
public sealed record RoutesFeature(Action<IEndpointRouteBuilder> Map);

/// <summary>Declares a service's routes.</summary>
public static class RouteDeclarations
{
    /// <summary>Adds routes to the service.</summary>
    public static TDeclaration Serving<TDeclaration>(this TDeclaration declaration, Action<IEndpointRouteBuilder> map)
        where TDeclaration : ServiceDeclaration
    {
        ArgumentNullException.ThrowIfNull(declaration);
        declaration.Add(new RoutesFeature(map));
        return declaration;
    }
}
