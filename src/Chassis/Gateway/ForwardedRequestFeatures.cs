using System.Collections.Frozen;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Mannam.Gateway;

/// <summary>
/// The front door's request as a service sees it: what the web server offers, and nothing that the front door's own pipeline has put
/// beside it. (Handed on bare, the service would take over the front door's HttpContext, container and route.)
/// </summary>
/// <param name="outer">The web server's request.</param>
/// <param name="fromOutside">Whether internal calls are refused to it.</param>
internal sealed class ForwardedRequestFeatures(IFeatureCollection outer, bool fromOutside) : LayeredFeatures, IExternalRequest
{
    private static readonly FrozenSet<Type> TheServers = FrozenSet.ToFrozenSet([
        typeof(IHttpRequestFeature),
        typeof(IHttpRequestBodyDetectionFeature),
        typeof(IRequestBodyPipeFeature),
        typeof(IHttpRequestIdentifierFeature),
        typeof(IHttpRequestLifetimeFeature),
        typeof(IHttpRequestTrailersFeature),
        typeof(IHttpResponseFeature),
        typeof(IHttpResponseBodyFeature),
        typeof(IHttpConnectionFeature),
        typeof(IHttpBodyControlFeature),
        typeof(IHttpMaxRequestBodySizeFeature),
        typeof(IHttpMinRequestBodyDataRateFeature),
        typeof(IHttpMinResponseDataRateFeature),
        typeof(IHttpUpgradeFeature),
        typeof(IConnectionItemsFeature),
        typeof(IConnectionLifetimeFeature),
        typeof(IConnectionLifetimeNotificationFeature),
    ]);

    protected override object? ServerFeature(Type key) =>
        TheServers.Contains(key) ? outer[key]
        : key == typeof(IExternalRequest) && fromOutside ? this
        : null;
}
