using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace Mannam.Gateway;

/// <summary>
/// Decides which hosts an edge on loopback answers: names of this machine, and configured names. A web page of another name that resolves to loopback
/// (DNS rebinding) sends that other name.
/// </summary>
internal sealed class HostFilter(bool onLoopback, IReadOnlyList<string> hosts)
{
    private readonly FrozenSet<string> _configured = hosts.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // The sent Host, not X-Forwarded-Host, because a page could send that header too.
    public bool Allows(HostString host) => !onLoopback || IsThisMachine(host);

    /// <summary>Whether the request names this machine, on any listening address.</summary>
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
