using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Mannam.Gateway;

/// <summary>The upstream of a service's replicas, used in turn. A request that a replica did not take goes to the next one. A request that it may have taken
/// is repeated only if it is a read.</summary>
/// <param name="cluster">The service's full name.</param>
/// <param name="perReplica">The maximum number of concurrent requests of one replica; at the limit it is skipped.</param>
internal sealed class ReplicatedUpstream(string cluster, int perReplica) : IUpstream
{
    // How long a failed replica is skipped, unless a probe succeeds earlier.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    // The limit without a byte in either direction. A service answers sooner, or says that it cannot.
    private static readonly ForwarderRequestConfig Request = new() { ActivityTimeout = TimeSpan.FromSeconds(30) };
    private readonly ConcurrentDictionary<string, ConcurrencyLimit> _places = new();
    private IProxyStateLookup? _states;
    private IHttpForwarder? _forwarder;
    private IDestinationHealthUpdater? _health;
    private int _turn;

    public string Cluster => cluster;

    public void Open(IServiceProvider services) =>
        (_states, _forwarder, _health) = (
            services.GetRequiredService<IProxyStateLookup>(),
            services.GetRequiredService<IHttpForwarder>(),
            services.GetRequiredService<IDestinationHealthUpdater>()
        );

    public bool IsRunning => State is { } state && state.DestinationsState.AvailableDestinations.Count > 0;

    private ClusterState? State => _states!.TryGetCluster(cluster, out var state) ? state : null;

    public async Task<bool> ForwardAsync(HttpContext context)
    {
        if (State is not { } state)
            return false;
        // YARP does not forward it. No service has such a method, so it is refused with the allowed methods.
        if (HttpMethods.IsConnect(context.Request.Method))
            context.Request.Method = HttpMethods.Options;
        foreach (var replica in InTurn(state, IsRead(context.Request)))
        {
            var limit = _places.GetOrAdd(replica.DestinationId, static (_, most) => new ConcurrencyLimit(most), perReplica);
            if (!limit.TryAcquire())
                continue;
            ForwarderError error;
            try
            {
                error = await _forwarder!.SendAsync(
                    context,
                    replica.Model.Config.Address,
                    state.Model.HttpClient,
                    Request,
                    ForwardingTransformer.Instance
                );
            }
            finally
            {
                limit.Release();
            }
            if (error == ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
                return true;
            var why = context.Features.Get<IForwarderErrorFeature>()?.Exception;
            context.Response.Clear();
            // Too large or too slow: the edge answers it.
            if (Refused(why) is { } refused)
                throw refused;
            if (error is ForwarderError.RequestBodyClient)
                throw new IOException("The body could not be read.", why);
            if (error is ForwarderError.Request)
                _health!.SetPassive(state, replica, DestinationHealth.Unhealthy, Rest);
            if (!MayAskAgain(context.Request, error, why))
                break;
        }
        return false;
    }

    private static BadHttpRequestException? Refused(Exception? why) =>
        why switch
        {
            BadHttpRequestException refused => refused,
            AggregateException all => all.InnerExceptions.Select(Refused).FirstOrDefault(r => r is not null),
            _ => why?.InnerException is { } inner ? Refused(inner) : null,
        };

    private static bool MayAskAgain(HttpRequest request, ForwarderError error, Exception? why) =>
        error is ForwarderError.Request
        && (
            why is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
            || IsRead(request)
        );

    private IEnumerable<DestinationState> InTurn(ClusterState state, bool isRead)
    {
        var all = state.DestinationsState.AvailableDestinations;
        // A service with a read-only store is unready, but can still serve reads. A replica that has just failed is skipped as usual.
        if (all.Count == 0 && isRead)
            all = [.. state.DestinationsState.AllDestinations.Where(d => d.Health.Passive is not DestinationHealth.Unhealthy)];
        var first = (int)((uint)Interlocked.Increment(ref _turn) % (uint)Math.Max(1, all.Count));
        return Enumerable.Range(0, all.Count).Select(i => all[(first + i) % all.Count]);
    }

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    /// <summary>The state of its replicas. The gateway itself is always healthy: it must be there when they come back.</summary>
    public ValueTask<ServiceHealth> HealthAsync() =>
        ValueTask.FromResult(
            new ServiceHealth(
                Live: true,
                Ready: true,
                State!.Destinations.ToDictionary(
                    d => d.Key,
                    d => State!.DestinationsState.AvailableDestinations.Contains(d.Value) ? "available" : "away"
                )
            )
        );

    public HttpMessageHandler Handler() => new ReplicaHandler(this);

    private sealed class ReplicaHandler(ReplicatedUpstream way) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (way.State is not { } state || way.InTurn(state, isRead: false).FirstOrDefault() is not { } replica)
                throw new HttpRequestException(HttpRequestError.ConnectionError, "no replica is available");
            request.RequestUri = new Uri(new Uri(replica.Model.Config.Address), request.RequestUri!.PathAndQuery);
            return state.Model.HttpClient.SendAsync(request, cancellationToken);
        }
    }
}
