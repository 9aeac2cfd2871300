using System.Diagnostics;
using Mannam.Tests.Scenarios;
using Xunit;
using Xunit.Sdk;

namespace Mannam.Tests.SpreadOut;

/// <summary>Compares the answers that clients received with the state of all services: nothing is lost or done twice, and all agree.</summary>
internal static class Agreed
{
    /// <summary>Waits until every recorded request has settled.</summary>
    /// <returns>The number of requests, and the time until they settled.</returns>
    public static async Task<(int Requests, TimeSpan Took)> AllAsync(Spread spread, IReadOnlyCollection<RideAnswers> told, TimeSpan within)
    {
        using var http = spread.Everywhere();
        var began = Stopwatch.GetTimestamp();
        var open = await RecordedAsync(http, told.Min(t => t.Id ?? long.MaxValue));
        var requests = open.Count;
        // Every answered request exists, and no request exists that no client has sent.
        var ids = told.Where(t => t.Id is not null).Select(t => t.Id!.Value).ToList();
        Assert.Equal(ids.Distinct().Count(), ids.Count);
        Assert.Empty(ids.Except(open));
        Assert.True(requests - ids.Count <= told.Count(t => t.Id is null), $"{requests} requests, {ids.Count} were answered");

        XunitException? last = null;
        while (open.Count > 0)
        {
            Assert.True(
                Stopwatch.GetElapsedTime(began) < within,
                $"{open.Count} of {requests} have not settled within {within}: {last?.Message}"
            );
            // The youngest come first: they were under way at the last restart.
            foreach (var id in open.OrderDescending().ToList())
            {
                try
                {
                    var agreement = await TaxiAgreement.CheckAsync(http, id);
                    Holds(told.FirstOrDefault(t => t.Id == id), agreement);
                    open.Remove(id);
                }
                catch (Exception e) when (e is XunitException or InvalidOperationException or NullReferenceException)
                {
                    last = e as XunitException ?? last;
                    break;
                }
            }
            await Task.Delay(50);
        }
        return (requests, Stopwatch.GetElapsedTime(began));
    }

    // A request killed before its commit has used up an id, so there may be gaps.
    private static async Task<List<long>> RecordedAsync(HttpClient http, long first)
    {
        var all = new List<long>();
        for (var (page, pages) = (0, 1L); page < pages; page++)
        {
            var answer = await http.AskAsync($"GET /catches?size=100&page={page}").Gives(200);
            pages = (long)answer.Json["page"]!["totalPages"]!;
            all.AddRange(answer.Rows("catches").Select(c => (long)c["id"]!));
        }
        return all.FindAll(id => id >= first);
    }

    // Every answer to a client is true.
    private static void Holds(RideAnswers? told, TaxiAgreement agreement)
    {
        var status = (string)agreement.Catch["status"]!;
        if (told is { Requested: 201, Cancelled: null })
            Assert.NotEqual("Cancel", status);
        if (told is { Cancelled: 200 })
            Assert.Equal("Cancel", status);
        if (told is { Taken: 201, Cancelled: null })
            Assert.Equal("PickupAssigned", status);
        if (told is { Requested: 503 or 402 })
            Assert.Equal("Cancel", status);
    }
}
