using System.Diagnostics;
using Mannam.Bench.Load;

namespace Mannam.Bench.Stand;

/// <summary>Checks whether requests are visible in the views.</summary>
internal static class Views
{
    /// <summary>The number of highest ids that are awaited while the clock runs. All are verified after it has stopped.</summary>
    private const int Watched = 200;

    private static readonly string[] All = ["catchReqLists", "myPages"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>
    /// Waits until the highest ids are in every view, and returns that time. It uses one connection per view, and polls one id at a time, highest first, so
    /// that polling costs the program little.
    /// </summary>
    /// <exception cref="BenchmarkFailedException">An id is not visible a minute after the last answer.</exception>
    internal static async Task<long> AwaitLastAsync(Side target, IEnumerable<long> ids, CancellationToken ct)
    {
        var last = ids.OrderDescending().Take(Watched).ToArray();
        await Task.WhenAll(All.Select(view => AwaitAsync(target, view, last, ct)));
        return Stopwatch.GetTimestamp();
    }

    /// <summary>Fails unless every id is in every view.</summary>
    internal static async Task VerifyAsync(Side target, int connections, IReadOnlyList<long> ids, CancellationToken ct)
    {
        if (ids.Distinct().Count() != ids.Count || ids.Contains(0))
        {
            throw new BenchmarkFailedException("each answer must have a Location that ends in an id of its own");
        }
        foreach (var view in All)
        {
            var run = await LoadRun.RunAsync(target.Endpoint, connections, ids.Count, index => Get(target, view, ids[index]), ct);
            run.MustAllBe(200, $"not every request is visible in {view}");
        }
    }

    private static async Task AwaitAsync(Side target, string view, long[] ids, CancellationToken ct)
    {
        using var connection = new HttpConnection(target.Endpoint);
        var begun = Stopwatch.GetTimestamp();
        foreach (var id in ids)
        {
            var request = Get(target, view, id);
            while ((await connection.ExchangeAsync(request)).Status != 200)
            {
                if (Stopwatch.GetElapsedTime(begun) > Patience)
                {
                    throw new BenchmarkFailedException($"/{view}/{id} is not there {Patience.TotalSeconds} s after the last answer");
                }
                await Task.Delay(Pause, ct);
            }
        }
    }

    private static byte[] Get(Side target, string view, long id) => LoadRun.Bytes("GET", $"{target.Root}/{view}/{id}", target.Endpoint);
}
