using System.Collections.Concurrent;
using Mannam.Tests.Chassis.Http;

namespace Mannam.Tests.SpreadOut;

/// <summary>The statuses that a rider and a driver received. Null: no request was sent; 0: no answer came.</summary>
internal sealed class RideAnswers
{
    public int Requested { get; set; }
    public long? Id { get; set; }
    public int? Taken { get; set; }
    public int? Cancelled { get; set; }
}

/// <summary>Riders and drivers in an endless loop. They record the answers they receive.</summary>
internal sealed class Riders(HttpClient http)
{
    private readonly ConcurrentBag<RideAnswers> told = [];
    private readonly ConcurrentBag<string> failures = [];
    private volatile bool enough;
    private Task riding = Task.CompletedTask;

    public IReadOnlyCollection<RideAnswers> Rides => told;

    /// <summary>Unexpected answers.</summary>
    public IReadOnlyCollection<string> Failures => failures;

    /// <summary>The number of calls.</summary>
    public int Calls { get; private set; }

    /// <param name="riders">The number of concurrent riders.</param>
    /// <param name="pause">The pause after each ride.</param>
    public void Start(int riders, TimeSpan pause) =>
        riding = Task.WhenAll(Enumerable.Range(0, riders).Select(rider => RideAsync(rider, pause)));

    /// <summary>Starts no further rides and waits for those under way.</summary>
    public Task StopAsync()
    {
        enough = true;
        return riding;
    }

    // Every third ride is taken by a driver, every other third is cancelled by its rider.
    private async Task RideAsync(int rider, TimeSpan pause)
    {
        for (var ride = rider; !enough; ride++)
        {
            var one = new RideAnswers();
            told.Add(one);
            var answer = await AskAsync("POST /catches", TaxiCalls.Order(customer: $"rider{rider}"), 201);
            one.Requested = answer?.Status ?? 0;
            if (answer?.Header("Location") is not null)
                one.Id = answer.Recorded();
            await AskAsync("GET /myPages?size=1", null, 200);
            if (answer is { Status: 201 } && one.Id is { } id)
            {
                if (ride % 3 == 0)
                    one.Taken = (await AskAsync("POST /pickUps", new { matchId = id, driver = "Speedmate" }, 201, 404))?.Status ?? 0;
                if (ride % 3 == 1)
                    one.Cancelled = (await AskAsync($"PATCH /catches/{id}", new { status = "Cancel" }, 200))?.Status ?? 0;
            }
            await Task.Delay(pause);
        }
    }

    private async Task<Answer?> AskAsync(string call, object? body, params int[] expected)
    {
        Calls++;
        try
        {
            var answer = await http.AskAsync(call, body);
            if (!expected.Contains(answer.Status))
                failures.Add($"{call}: {answer.Status} {answer.Body}");
            return answer;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            failures.Add($"{call}: {e.Message}");
            return null;
        }
    }
}
