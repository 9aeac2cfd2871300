using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mannam.Chassis.Http;

/// <summary>GETs that act, as some documents have them: nobody in between may keep their answers, nor answer by them.</summary>
public static class UnstoredAnswers
{
    /// <summary>Every answer of the endpoint, refusals too, says <c>Cache-Control: no-store</c>.</summary>
    public static RouteHandlerBuilder Unstored(this RouteHandlerBuilder endpoint) =>
        endpoint.AddEndpointFilter(
            (context, next) =>
            {
                context.HttpContext.Response.Headers.CacheControl = "no-store";
                return next(context);
            }
        );
}
