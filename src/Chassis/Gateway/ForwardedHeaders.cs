using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Mannam.Gateway;

/// <summary>
/// The headers of trusted proxies: the client's address (<c>X-Forwarded-For</c>), and the requested address (<c>-Proto</c>, <c>-Host</c>,
/// <c>-Prefix</c>). Each proxy appends an entry to these lists. An entry counts if its writer is trusted. The connection's peer wrote the last entry;
/// the address in the last <c>X-Forwarded-For</c> wrote the one before, and so on. Invalid entries are ignored.
/// </summary>
/// <remarks>
/// The outermost scheme and host count. Prefixes are joined, from the outermost to the innermost, because each proxy removes its own. ASP.NET Core's
/// middleware is not used: it accepts any word as a scheme, throws on an invalid prefix, and keeps only one of several prefixes.
/// </remarks>
internal sealed class ForwardedHeaders
{
    private readonly HashSet<IPAddress> _addresses = [IPAddress.IPv6Loopback];
    private readonly List<IPNetwork> _networks = [new IPNetwork(new IPAddress([127, 0, 0, 0]), 8)];

    /// <param name="trusted">Trusted addresses and networks, in addition to loopback.</param>
    /// <exception cref="ArgumentException">An entry is neither.</exception>
    public ForwardedHeaders(IReadOnlyList<string> trusted)
    {
        foreach (var proxy in trusted)
        {
            if (IPAddress.TryParse(proxy, out var address))
                _addresses.Add(address);
            else if (IPNetwork.TryParse(proxy, out var network))
                _networks.Add(network);
            else
                throw new ArgumentException($"'{proxy}' is no address or network of a proxy.", nameof(trusted));
        }
    }

    /// <summary>Replaces the connection's values by the trusted ones.</summary>
    public void Apply(HttpContext context)
    {
        var headers = context.Request.Headers;
        var (by, proto) = (headers["X-Forwarded-For"], headers["X-Forwarded-Proto"]);
        var (host, prefix) = (headers["X-Forwarded-Host"], headers["X-Forwarded-Prefix"]);
        if (by.Count + proto.Count + host.Count + prefix.Count > 0 && IsTrusted(context.Connection.RemoteIpAddress))
            Apply(context, EntriesOf(by), EntriesOf(proto), EntriesOf(host), EntriesOf(prefix));
    }

    private void Apply(HttpContext context, string[] by, string[] proto, string[] host, string[] prefix)
    {
        var believed = Follow(context.Connection, by);
        var request = context.Request;
        if (Outermost(proto, believed, ForwardedHeaderValue.IsScheme) is { } scheme)
            request.Scheme = scheme.ToLowerInvariant();
        if (Outermost(host, believed, ForwardedHeaderValue.IsHost) is { } name)
            request.Host = new HostString(name);
        var cutOff = string.Concat(prefix.TakeLast(believed).Where(ForwardedHeaderValue.IsPrefix).Select(p => p.TrimEnd('/')));
        if (cutOff.Length > 0)
            request.PathBase = new PathString(cutOff);
    }

    // From the nearest address to the farthest one that a trusted proxy wrote. Returns how many entries of each list count: all if the last one is trusted too.
    private int Follow(ConnectionInfo connection, string[] by)
    {
        for (var counted = 1; counted <= by.Length; counted++)
        {
            if (!ForwardedHeaderValue.TryAddress(by[^counted], out var endPoint))
                return counted;
            (connection.RemoteIpAddress, connection.RemotePort) = (endPoint.Address, endPoint.Port);
            if (!IsTrusted(endPoint.Address))
                return counted;
        }
        return int.MaxValue;
    }

    private static string? Outermost(string[] entries, int believed, Func<string, bool> isOne) =>
        entries.TakeLast(believed).FirstOrDefault(isOne);

    private static string[] EntriesOf(StringValues header) =>
        header.Count == 0 ? [] : header.ToString().Split(',', StringSplitOptions.TrimEntries);

    private bool IsTrusted(IPAddress? address)
    {
        if (address is null)
            return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _addresses.Contains(plain)
            || _addresses.Contains(address)
            || _networks.Exists(n => n.Contains(plain) || n.Contains(address));
    }
}
