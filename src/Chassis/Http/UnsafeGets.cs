using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>GETs that act, as some documents have them.</summary>
public static class UnsafeGets
{
    private const string Site = "Sec-Fetch-Site";

    /// <summary>Nobody in between may keep the endpoint's answers, nor answer by them: each, refusals too, says <c>Cache-Control: no-store</c>. And no page of
    /// another site may make a browser send it, by an image or a link: then it is 403 (Fetch Metadata, <c>Sec-Fetch-Site</c>). What a person types, and
    /// programs, which send no such header, get through.</summary>
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
