using Mannam.Chassis.Configuration;
using Mannam.Chassis.Declaration;
using Mannam.Chassis.Hosting;

namespace Mannam.Chassis.Resilience;

/// <summary>The ways to the peers that a service declared, one a peer.</summary>
public sealed class Peers : IDisposable
{
    private readonly Dictionary<string, HttpClient> _clients = [];
    private readonly Dictionary<string, SynchronousCall> _calls = [];

    internal Peers(
        ServiceDeclaration declaration,
        Settings settings,
        Func<string, HttpMessageHandler?> inProcess,
        TimeProvider time,
        Points points
    )
    {
        foreach (var call in declaration.Calls)
        {
            var client = ClientOf(call, settings, inProcess);
            _clients.Add(call.Peer, client);
            if (call.Limits is { } limits)
                _calls.Add(call.Peer, new SynchronousCall(client, limits, settings, time, points));
        }
    }

    /// <summary>The client for a declared peer. It has no timeout of its own: who calls sets one.</summary>
    public HttpClient Client(string peer) => _clients[peer];

    /// <summary>The call of a peer that was declared with limits.</summary>
    public SynchronousCall Call(string peer) => _calls[peer];

    /// <summary>The state of each circuit, by peer.</summary>
    public IEnumerable<(string Peer, string State)> Circuits => _calls.Select(c => (c.Key, c.Value.Circuit));

    /// <summary>Goes once to each peer for nothing, so that the first call finds the way prepared.</summary>
    internal async Task WarmUpAsync()
    {
        foreach (var client in _clients.Values)
        {
            try
            {
                using var within = new CancellationTokenSource(TimeSpan.FromSeconds(1));
                (await client.GetAsync("nothing", within.Token)).Dispose();
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // Not there yet.
            }
        }
    }

    private static HttpClient ClientOf(PeerCall call, Settings settings, Func<string, HttpMessageHandler?> inProcess)
    {
        var configured = settings.GetIfSet(call.Address);
        var handler = configured is null
            ? inProcess(call.Peer)
            : new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(1) };
        // Without either, reading the setting fails, and says what is missing.
        return new HttpClient(handler ?? throw Missing(settings, call))
        {
            BaseAddress = configured ?? new Uri($"http://{call.Peer}/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    private static InvalidOperationException Missing(Settings settings, PeerCall call) => new($"{settings.Get(call.Address)}");

    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
        foreach (var call in _calls.Values)
            call.Dispose();
    }
}
