using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>GETs that change something, as some documents define them.</summary>
public static class UnsafeGets
{
    private const string Site = "Sec-Fetch-Site";

    /// <summary>No cache may store the endpoint's answers: each one, also a refusal, has <c>Cache-Control: no-store</c>. Pages of other sites cannot make a
    /// browser send it, by an image or a link: they get 403 (Fetch Metadata, <c>Sec-Fetch-Site</c>). Typed addresses, and programs without that header,
    /// are allowed.</summary>
    public static RouteHandlerBuilder ActsByGet(this RouteHandlerBuilder endpoint) =>
        endpoint.AddEndpointFilter(
            async (context, next) =>
            {
                var http = context.HttpContext;
                http.Response.Headers.CacheControl = "no-store";
                return http.Request.Headers[Site].ToString() is "" or "same-origin" or "none"
                    ? await next(context)
                    : Problems.Of(403, "A page of another site may not do this.");
            }
        );
}
