using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Mannam.Gateway;

/// <summary>Prepares a request for the service: marked as external, with the client's address and the requested address. The client's own values of these
/// headers are removed.</summary>
internal sealed class ForwardingTransformer : HttpTransformer
{
    public static readonly ForwardingTransformer Instance = new();

    private static readonly string[] Told =
    [
        InternalKey.Header,
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Prefix",
        "X-Original-For",
        "X-Original-Host",
        "X-Original-Proto",
        "X-Original-Prefix",
    ];

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext,
        HttpRequestMessage proxyRequest,
        string destinationPrefix,
        CancellationToken cancellationToken
    )
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var (request, headers) = (httpContext.Request, proxyRequest.Headers);
        foreach (var header in Told)
            headers.Remove(header);
        headers.Host = null;
        if (httpContext.Connection.RemoteIpAddress is { } client)
            headers.TryAddWithoutValidation("X-Forwarded-For", client.ToString());
        headers.TryAddWithoutValidation("X-Forwarded-Host", request.Host.ToUriComponent());
        headers.TryAddWithoutValidation("X-Forwarded-Proto", request.Scheme);
        if (request.PathBase.HasValue)
            headers.TryAddWithoutValidation("X-Forwarded-Prefix", request.PathBase.ToUriComponent());
    }
}
