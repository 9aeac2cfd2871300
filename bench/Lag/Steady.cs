using System.Diagnostics;
using System.Threading.Channels;
using Mannam.Bench.Load;
using Mannam.Bench.Request;
using Mannam.Bench.Stand;

namespace Mannam.Bench.Lag;

/// <summary>Sends requests at a constant rate, independent of the answers. One reader per view polls for every fifth answered request, oldest first.</summary>
/// <remarks>One poll at a time per view: many polls at once would load the machine, and increase the lag that they measure. Not for each request: at 200 polls
/// a second a reader falls behind as soon as an answer takes 5 ms. A request counts as visible only after the earlier ones, so a lag may be too long,
/// but never too short.</remarks>
internal static class Steady
{
    // The minimum pause between two polls for the same request; later a sixteenth of the lag so far. A thread sleeps: .NET's timers have the kernel's tick
    // (4 ms) and whole milliseconds. A shorter pause would be none, and such a poll would use the processor that the services need.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private const int PauseOfLag = 16;

    // The share of keys that are polled; they include all twelve partitions.
    private const int OneOf = 5;

    // The first seconds are not measured: connections are opened, and caches are cold after the other side's turn.
    private const int LeadIn = 3;

    // Seconds in which the lag still falls after a start.
    private const int Settling = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private sealed record Answered(long Id, long At, Lags Counts);

    /// <summary>Lets the JIT compile, with the requests of the measurement: first many at once, then at the rate.</summary>
    internal static async Task WarmUpAsync(Side side, int requests, int rate, CancellationToken ct)
    {
        TestStand.Progress($"warming up {side.Name}: {requests} requests");
        var warm = await RequestBenchmark.LoadAsync(side, 64, requests, ct);
        warm.MustAllBe(201, $"POST /catches of {side.Name}");
        await Stand.Views.AwaitLastAsync(side, warm.Ids, ct);
        await MeasureAsync(side, rate, Settling, ct);
    }

    internal static async Task<Lags> MeasureAsync(Side side, int rate, int seconds, CancellationToken ct)
    {
        var total = rate * (LeadIn + seconds);
        var lags = new Lags { Sent = total };
        using var connections = new Connections(side);
        var request = LoadRun.Bytes("POST", "/catches", side.Endpoint, RequestBenchmark.Body);
        var answered = LagBenchmark.Views.Select(_ => Channel.CreateUnbounded<Answered>()).ToList();
        var looking = LagBenchmark
            .Views.Zip(answered, (view, channel) => OnThreadOfItsOwn(() => Look(connections, side, view, channel.Reader, ct)))
            .ToList();
        var began = Stopwatch.GetTimestamp();
        var asking = new List<Task>(total);
        for (var sent = 0; sent < total; )
        {
            // All requests that are due by now, so a late timer is compensated.
            var due = Math.Min(total, (int)(Stopwatch.GetElapsedTime(began).TotalSeconds * rate) + 1);
            for (; sent < due; sent++)
            {
                var counts = sent < rate * LeadIn ? new Lags() : lags;
                asking.Add(Task.Run(() => AskAsync(connections, side, request, counts, answered), ct));
            }
            await Task.Delay(1, ct);
        }
        try
        {
            await Task.WhenAll(asking);
        }
        finally
        {
            answered.ForEach(a => a.Writer.Complete());
        }
        await Task.WhenAll(looking);
        return lags;
    }

    private static async Task AskAsync(Connections connections, Side side, byte[] request, Lags counts, List<Channel<Answered>> answered)
    {
        var asked = Stopwatch.GetTimestamp();
        var answer = await connections.AskAsync(request);
        if (answer.Status != 201)
            throw new BenchmarkFailedException($"POST /catches of {side.Name}: every answer must be 201, but there was {answer.Status}");
        var one = new Answered(answer.LocationId, Stopwatch.GetTimestamp(), counts);
        counts.Answered(Stopwatch.GetElapsedTime(asked, one.At));
        if (one.Id % OneOf == 0)
            answered.ForEach(a => a.Writer.TryWrite(one));
    }

    private static Task OnThreadOfItsOwn(Action action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Look(Connections connections, Side side, string view, ChannelReader<Answered> answered, CancellationToken ct)
    {
        foreach (var one in answered.ReadAllAsync(ct).ToBlockingEnumerable(ct))
        {
            var look = LoadRun.Bytes("GET", $"/{view}/{one.Id}", side.Endpoint);
            while (connections.AskAsync(look).GetAwaiter().GetResult().Status != 200)
            {
                var lag = Stopwatch.GetElapsedTime(one.At);
                if (lag > Patience)
                    throw new BenchmarkFailedException($"/{view}/{one.Id} is not there {Patience.TotalSeconds} s after the answer");
                ct.ThrowIfCancellationRequested();
                Thread.Sleep(lag / PauseOfLag > ShortestPause ? lag / PauseOfLag : ShortestPause);
            }
            one.Counts.Add(view, Stopwatch.GetElapsedTime(one.At));
        }
    }
}
