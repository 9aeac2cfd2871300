using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mannam.Bench.Load;

/// <summary>A number of requests over a number of keep-alive connections. Each connection sends its next request after its answer.</summary>
internal sealed class LoadRun
{
    private readonly int[] statuses;
    private readonly long[] ids;
    private readonly long[] ticks;
    private int next = -1;

    private LoadRun(int requests)
    {
        statuses = new int[requests];
        ids = new long[requests];
        ticks = new long[requests];
    }

    /// <summary>When the first request was sent, as <see cref="Stopwatch.GetTimestamp"/>; all connections were already open.</summary>
    internal long Started { get; private set; }

    /// <summary>When the last answer was read.</summary>
    internal long Ended { get; private set; }

    /// <summary>The id at the end of each answer's Location, in the order of the requests; 0 if there was none.</summary>
    internal IReadOnlyList<long> Ids => ids;

    /// <summary>The number of answers per status; 0 is a broken connection.</summary>
    internal IEnumerable<(int Status, int Count)> Statuses => statuses.CountBy(status => status).Select(c => (c.Key, c.Value));

    /// <summary>The latency that this share (0 to 1) of the requests did not exceed, in milliseconds.</summary>
    internal double LatencyMs(double share)
    {
        var sorted = ticks.Order().ToArray();
        var rank = Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1);
        return sorted[rank] * 1000.0 / Stopwatch.Frequency;
    }

    /// <summary>Fails unless every answer had <paramref name="status"/>.</summary>
    /// <exception cref="BenchmarkFailedException">Another status occurred. The message lists them.</exception>
    internal void MustAllBe(int status, string what)
    {
        if (statuses.Any(s => s != status))
        {
            var found = string.Join(", ", Statuses.Select(s => $"{s.Count} × {(s.Status == 0 ? "broken connection" : s.Status)}"));
            throw new BenchmarkFailedException($"{what}: every answer must be {status}, but there were {found}");
        }
    }

    /// <summary>Sends <paramref name="requests"/> requests; the bytes of the n-th are <paramref name="request"/>(n).</summary>
    internal static async Task<LoadRun> RunAsync(
        IPEndPoint target,
        int connections,
        int requests,
        Func<int, ReadOnlyMemory<byte>> request,
        CancellationToken ct
    )
    {
        var run = new LoadRun(requests);
        var open = Enumerable.Range(0, connections).Select(_ => new HttpConnection(target)).ToArray();
        try
        {
            await Task.WhenAll(open.Select(connection => connection.ConnectAsync().AsTask()));
            run.Started = Stopwatch.GetTimestamp();
            await Task.WhenAll(open.Select(connection => run.DriveAsync(connection, request, ct)));
            run.Ended = Stopwatch.GetTimestamp();
        }
        finally
        {
            Array.ForEach(open, connection => connection.Dispose());
        }
        ct.ThrowIfCancellationRequested();
        return run;
    }

    /// <summary>The bytes of a request with the headers every HTTP client sends.</summary>
    internal static byte[] Bytes(string method, string path, IPEndPoint target, string? json = null)
    {
        var body = json is null
            ? "\r\n"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"
            );
        return Encoding.UTF8.GetBytes($"{method} {path} HTTP/1.1\r\nHost: {target}\r\nAccept: */*\r\n{body}");
    }

    private async Task DriveAsync(HttpConnection connection, Func<int, ReadOnlyMemory<byte>> request, CancellationToken ct)
    {
        int index;
        while ((index = Interlocked.Increment(ref next)) < statuses.Length && !ct.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            try
            {
                var answer = await connection.ExchangeAsync(request(index));
                statuses[index] = answer.Status;
                ids[index] = answer.LocationId;
            }
            catch (Exception broken) when (broken is IOException or SocketException)
            {
                // Counted as status 0. The next exchange opens a new connection.
                connection.Dispose();
            }
            ticks[index] = Stopwatch.GetTimestamp() - begun;
        }
    }
}
