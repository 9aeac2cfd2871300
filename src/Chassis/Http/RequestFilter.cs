using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Http;

/// <summary>After routing and before any effect: refuses internal calls from outside, and requests that accept no form of ours.</summary>
internal sealed class RequestFilter(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        var endpoint = http.GetEndpoint();
        if (InternalCalls.Refusal(http, endpoint) is { } refusal)
            return refusal.ExecuteAsync(http);
        // Routing's own 404 and 405 come first; they are no RouteEndpoint.
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
    /// <summary>This endpoint answers in its own form (server-sent events, health, OpenAPI), so Accept is not checked.</summary>
    public static TBuilder AnswersOtherMedia<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(static built => built.Metadata.Add(RequestFilter.OtherMediaMetadata.Instance));
        return endpoint;
    }
}
