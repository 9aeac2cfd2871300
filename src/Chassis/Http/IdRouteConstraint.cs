using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Http;

/// <summary>The route constraint <c>{id:id}</c>: decimal digits that fit 64 bits. Any other text is an unknown id: 404.</summary>
internal sealed class IdRouteConstraint : IRouteConstraint
{
    public const string Name = "id";

    public bool Match(
        HttpContext? httpContext,
        IRouter? route,
        string routeKey,
        RouteValueDictionary values,
        RouteDirection routeDirection
    ) => TryRead(values, routeKey, out _);

    public static bool TryRead(RouteValueDictionary values, string key, out long id)
    {
        id = 0;
        return values.TryGetValue(key, out var value)
            && long.TryParse(value as string, NumberStyles.None, CultureInfo.InvariantCulture, out id);
    }
}
