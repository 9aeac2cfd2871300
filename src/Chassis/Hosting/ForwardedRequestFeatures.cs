using System.Collections.Frozen;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Mannam.Hosting;

/// <summary>
/// A host's request as a service sees it: only the web server's features and the authenticated user, not others that the host's pipeline has added.
/// (With all features, the service would take over the host's HttpContext, container and route.)
/// </summary>
/// <param name="outer">The features of the host's request.</param>
/// <param name="fromOutside">Whether internal calls are refused.</param>
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
        typeof(IHttpResponseTrailersFeature),
        typeof(IHttpResetFeature),
        typeof(IHttpExtendedConnectFeature),
        typeof(IHttpAuthenticationFeature),
        typeof(ITlsConnectionFeature),
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
