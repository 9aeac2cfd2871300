using System.Net;
using Microsoft.AspNetCore.Http;

namespace Mannam.Hosting;

/// <summary>Serves operators' services only to direct callers on this machine.</summary>
public static class OperatorAccess
{
    /// <summary>Whether the request comes from this machine itself. A request that a local proxy forwards does not, whatever its headers say.</summary>
    public static bool IsDirect(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var headers = http.Request.Headers;
        return http.Connection.RemoteIpAddress is { } address
            && IPAddress.IsLoopback(address)
            && !headers.ContainsKey("X-Forwarded-For")
            && !headers.ContainsKey("X-Forwarded-Host")
            && !headers.ContainsKey("Forwarded");
    }
}
