using System.Diagnostics.Metrics;

namespace Mannam.Hosting;

/// <summary>The ways to the peers that a service declared, one a peer.</summary>
public sealed class Peers : IDisposable
{
    // A peer that answers without an end must not fill our memory until the time is over.
    private const long LongestAnswer = 1 << 20;
    private readonly Dictionary<string, HttpClient> _clients = [];
    private readonly Dictionary<string, SynchronousCall> _calls = [];

    internal Peers(
        ServiceDeclaration declaration,
        Settings settings,
        ServiceEnvironment environment,
        TimeProvider time,
        Failpoints failpoints
    )
    {
        foreach (var call in declaration.Calls)
        {
            var client = ClientOf(call, settings, environment);
            _clients.Add(call.Peer, client);
            // To services of its own system alone: a provider of payments, say, is a stranger.
            if (environment.InternalKey is { } key && call.Peer.StartsWith(declaration.System + ".", StringComparison.Ordinal))
                key.ShowBy(client);
            if (call.Limits is { } limits)
                _calls.Add(call.Peer, new SynchronousCall(client, limits, settings, time, failpoints));
        }
        if (_calls.Count > 0)
        {
            Meter.CreateObservableGauge(
                "mannam.circuit",
                () => _calls.Select(c => StateOf(declaration.FullName, c.Key, c.Value)),
                "{state}",
                "the circuit of each synchronous call: 0 closed, 1 half open (a probe is under way), 2 open"
            );
        }
    }

    /// <summary>The state of each circuit as a metric.</summary>
    internal Meter Meter { get; } = new("Mannam");

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

    private static Measurement<int> StateOf(string service, string peer, SynchronousCall call) =>
        new(
            call.Circuit switch
            {
                "closed" => 0,
                "half open" => 1,
                _ => 2,
            },
            new("service", service),
            new("peer", peer)
        );

    private static HttpClient ClientOf(PeerCall call, Settings settings, ServiceEnvironment environment)
    {
        var configured = settings.GetIfSet(call.Address);
        var handler = configured is null
            ? environment.InProcess(call.Peer)
            // A peer answers itself: who sends us elsewhere, or stands in between, is not the peer.
            : new ReplicaHandler(
                configured,
                new SocketsHttpHandler
                {
                    PooledConnectionLifetime = TimeSpan.FromMinutes(1),
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    UseProxy = false,
                }
            );
        // Without either, reading the setting fails, and says what is missing.
        return new HttpClient(handler ?? throw Missing(settings, call))
        {
            BaseAddress = new Uri($"http://{call.Peer}/"),
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LongestAnswer,
        };
    }

    private static InvalidOperationException Missing(Settings settings, PeerCall call) => new($"{settings.Get(call.Address)}");

    public void Dispose()
    {
        Meter.Dispose();
        foreach (var client in _clients.Values)
            client.Dispose();
        foreach (var call in _calls.Values)
            call.Dispose();
    }
}
