using System.Diagnostics.Metrics;

namespace Mannam.Hosting;

/// <summary>The clients of a service's declared peers.</summary>
public sealed class Peers : IDisposable
{
    // An endless answer must not fill the memory until the timeout.
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
            // Only services of the same system get the key: a payment provider, for example, does not.
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
                "the circuit of each synchronous call: 0 closed, 1 half open (a probe is in progress), 2 open"
            );
        }
    }

    /// <summary>The meter with the state of each circuit.</summary>
    internal Meter Meter { get; } = new("Mannam");

    /// <summary>The client for a declared peer. It has no timeout; callers set one.</summary>
    public HttpClient Client(string peer) => _clients[peer];

    /// <summary>The synchronous call of a peer that was declared with limits.</summary>
    public SynchronousCall Call(string peer) => _calls[peer];

    /// <summary>The state of each circuit, by peer.</summary>
    public IEnumerable<(string Peer, string State)> Circuits => _calls.Select(c => (c.Key, c.Value.Circuit));

    /// <summary>Sends one request without effect to each peer, so that the first real call is fast.</summary>
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
                // The peer is not up yet.
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
            // Only the peer itself may answer: redirects and proxies are not used.
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
        // Without an address, reading the setting throws and says what is missing.
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
