using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Http;

/// <summary>After routing, before any effect: what came from outside to an internal call, and what accepts no form of ours, is refused.</summary>
internal sealed class RequestFilter(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        var endpoint = http.GetEndpoint();
        if (InternalCalls.Refusal(http, endpoint) is { } refusal)
            return refusal.ExecuteAsync(http);
        // Routing's own 404 and 405 are told first; they are no RouteEndpoint.
        if (endpoint is not RouteEndpoint)
            return next(http);
        if (MediaTypes.Of(http.Request) is null && endpoint.Metadata.GetMetadata<OtherMediaMetadata>() is null)
            return Problems.NotAcceptable().ExecuteAsync(http);
        return next(http);
    }

    internal sealed class OtherMediaMetadata
    {
        public static readonly OtherMediaMetadata Instance = new();
    }
}

/// <summary>Endpoints whose answers are not HAL.</summary>
public static class OtherMedia
{
    /// <summary>This endpoint answers in a form of its own (server-sent events, health, OpenAPI): Accept is not checked before it.</summary>
    public static TBuilder AnswersOtherMedia<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(static built => built.Metadata.Add(RequestFilter.OtherMediaMetadata.Instance));
        return endpoint;
    }
}
