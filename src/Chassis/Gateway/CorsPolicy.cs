using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Mannam.Gateway;

/// <summary>
/// CORS (Fetch standard): pages of the configured origins and, on loopback, of this machine may call with any method, header and credentials.
/// ASP.NET Core's middleware is not used: it sends <c>Vary: Origin</c> only to requests with an Origin, so a cache could give a page an answer
/// without CORS headers.
/// </summary>
internal sealed class CorsPolicy(bool onLoopback, IReadOnlyList<string> origins)
{
    private static readonly StringValues Exposed = "Location, ETag, Retry-After";

    private readonly FrozenSet<string> _configured = origins.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.Origin.Count > 0 && request.Headers.AccessControlRequestMethod.Count > 0;

    /// <summary>Answers a preflight request without the service.</summary>
    public void AnswerPreflight(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.StatusCode = StatusCodes.Status204NoContent;
        if (Allows(request.Headers.Origin))
        {
            response.Headers.AccessControlAllowMethods = request.Headers.AccessControlRequestMethod;
            if (request.Headers.AccessControlRequestHeaders is { Count: > 0 } names)
                response.Headers.AccessControlAllowHeaders = names;
            response.Headers.AccessControlMaxAge = "600";
        }
        response.Headers.Append("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
    }

    /// <summary>Adds the headers. Call it when the answer starts, because an error handler may have cleared earlier headers.</summary>
    public void AddHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Vary = StringValues.Concat(headers.Vary, "Origin");
        var origin = context.Request.Headers.Origin;
        if (Allows(origin))
        {
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlAllowCredentials = "true";
            headers.AccessControlExposeHeaders = Exposed;
        }
    }

    private bool Allows(StringValues origin) =>
        origin.Count == 1 && origin[0] is { } name && ((onLoopback && IsOfThisMachine(name)) || _configured.Contains(name));

    private static bool IsOfThisMachine(string origin) => IsHttp(origin, "http://localhost") || IsHttp(origin, "http://127.0.0.1");

    private static bool IsHttp(string origin, string start) =>
        origin.StartsWith(start, StringComparison.OrdinalIgnoreCase)
        && (
            origin.Length == start.Length
            || (
                origin[start.Length] == ':'
                && origin.Length > start.Length + 1
                && !origin.AsSpan(start.Length + 1).ContainsAnyExceptInRange('0', '9')
            )
        );
}
