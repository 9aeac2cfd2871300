using System.Net;
using Microsoft.AspNetCore.Http;

namespace Mannam.Hosting;

/// <summary>What is for operators is served to direct callers on this machine only.</summary>
public static class OperatorAccess
{
    /// <summary>Whether the request comes from this machine itself. What a proxy on this machine hands on comes from elsewhere, whatever it says.</summary>
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
