namespace Mannam.Hosting;

/// <summary>Calls the replicas of a peer in turn. A replica whose connection fails is skipped for 1 s, and the call goes to the next one. Calls between
/// services are repeatable, so it does no harm if the first replica has handled it.</summary>
internal sealed class ReplicaHandler(IReadOnlyList<Uri> addresses, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly long Moment = (long)TimeSpan.FromSeconds(1).TotalMilliseconds;
    private readonly long[] _failed = [.. addresses.Select(_ => -Moment)];
    private int _turn;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery.TrimStart('/');
        var left = addresses.Count;
        foreach (var index in InTurn())
        {
            left--;
            request.RequestUri = new Uri(Folder(addresses[index]), path);
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException) when (left > 0 && !cancellationToken.IsCancellationRequested)
            {
                Volatile.Write(ref _failed[index], Environment.TickCount64);
            }
        }
        throw new InvalidOperationException("a peer needs an address");
    }

    // Replicas that have just failed come last.
    private IEnumerable<int> InTurn()
    {
        var first = (int)((uint)Interlocked.Increment(ref _turn) % (uint)addresses.Count);
        var now = Environment.TickCount64;
        return Enumerable
            .Range(0, addresses.Count)
            .Select(i => (first + i) % addresses.Count)
            .OrderBy(i => now - Volatile.Read(ref _failed[i]) < Moment);
    }

    private static Uri Folder(Uri address) => address.AbsolutePath.EndsWith('/') ? address : new Uri(address + "/");
}
