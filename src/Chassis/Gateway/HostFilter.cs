using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace Mannam.Gateway;

/// <summary>
/// Whom a front door on loopback answers: requests that name it as this machine, or by a configured name. A web page that was loaded
/// from another name, made to resolve to loopback (DNS rebinding), names that.
/// </summary>
internal sealed class HostFilter(bool onLoopback, IReadOnlyList<string> hosts)
{
    private readonly FrozenSet<string> _configured = hosts.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // The Host that was sent, before any X-Forwarded-Host: the page could send that too.
    public bool Allows(HostString host) => !onLoopback || IsThisMachine(host);

    /// <summary>Whether the request names this machine, wherever the front door listens.</summary>
    public bool IsThisMachine(HostString host)
    {
        var name = NameOf(host.Value);
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name is "127.0.0.1" or "[::1]"
            || (
                _configured.Count > 0
                && (_configured.Contains(host.Value!) || _configured.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name))
            );
    }

    private static ReadOnlySpan<char> NameOf(string? host)
    {
        var text = host.AsSpan();
        var colon = text.LastIndexOf(':');
        return colon > text.LastIndexOf(']') ? text[..colon] : text;
    }
}
