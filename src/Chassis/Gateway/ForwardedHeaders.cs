using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Mannam.Gateway;

/// <summary>
/// What trusted proxies tell of a request: who asked (<c>X-Forwarded-For</c>), and under which address (<c>-Proto</c>, <c>-Host</c>, <c>-Prefix</c>).
/// Each proxy appends an entry to these lists. An entry counts when who wrote it is trusted: the last entry is the connection's, the one before it
/// that of the address in the last <c>X-Forwarded-For</c>, and so on. What is no address, scheme, host or prefix is ignored.
/// </summary>
/// <remarks>
/// Of scheme and host the outermost counts. Prefixes add up, from the outermost to the innermost, as each proxy cuts off its own. Not ASP.NET's
/// middleware: it takes any word for a scheme, what a prefix does not allow is an exception in it, and of several prefixes it keeps one.
/// </remarks>
internal sealed class ForwardedHeaders
{
    private readonly HashSet<IPAddress> _addresses = [IPAddress.IPv6Loopback];
    private readonly List<IPNetwork> _networks = [new IPNetwork(new IPAddress([127, 0, 0, 0]), 8)];

    /// <param name="trusted">Addresses and networks that are trusted besides loopback.</param>
    /// <exception cref="ArgumentException">One is neither.</exception>
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

    /// <summary>Puts what is told and believed in the place of what the connection says.</summary>
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

    // From the nearest address to the farthest that a trusted one tells. Gives how many entries of each list count: all, when the last is trusted too.
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
