using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Mannam.Gateway;

/// <summary>Limits the connections of one client address, so that one client cannot take all, and closes silent connections.</summary>
/// <remarks>A connection over the limit is closed at once, as with the web server's limit for all. A trusted proxy may have all connections, because it
/// serves many clients. Loopback has the limit too, unless it is configured as trusted.</remarks>
internal sealed class ClientConnectionLimit(EdgeOptions options)
{
    private readonly int _most =
        options.MaxConnectionsPerClient > 0 ? options.MaxConnectionsPerClient : Math.Max(1, options.MaxConnections / 2);
    private readonly List<IPNetwork> _proxies = [.. options.TrustedProxies.Select(NetworkOf)];
    private readonly Dictionary<IPAddress, int> _open = [];

    public ConnectionDelegate Before(ConnectionDelegate next) =>
        async connection =>
        {
            if (connection.RemoteEndPoint is not IPEndPoint { Address: var address })
            {
                await next(connection);
                return;
            }
            var client = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            if (!TryEnter(client))
                return;
            try
            {
                if (await SpeaksAsync(connection))
                    await next(connection);
            }
            finally
            {
                Leave(client);
            }
        };

    // A new connection without a byte is closed sooner than an idle one.
    private async Task<bool> SpeaksAsync(ConnectionContext connection)
    {
        var ending = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var silent = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, ending);
        silent.CancelAfter(options.FirstByteTimeout);
        try
        {
            var read = await connection.Transport.Input.ReadAsync(silent.Token);
            connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            return !read.Buffer.IsEmpty;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return false;
        }
    }

    private bool TryEnter(IPAddress client)
    {
        lock (_open)
        {
            var has = _open.GetValueOrDefault(client);
            if (has >= _most && !_proxies.Exists(p => p.Contains(client)))
                return false;
            _open[client] = has + 1;
            return true;
        }
    }

    private void Leave(IPAddress client)
    {
        lock (_open)
        {
            if (--_open[client] == 0)
                _open.Remove(client);
        }
    }

    private static IPNetwork NetworkOf(string proxy) =>
        IPNetwork.TryParse(proxy, out var network) ? network
        : IPAddress.TryParse(proxy, out var address)
            ? new IPNetwork(address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128)
        : throw new ArgumentException($"'{proxy}' is no address or network of a proxy.", nameof(proxy));
}
