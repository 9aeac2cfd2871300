using System.Diagnostics;
using System.Text.Json.Nodes;
using Mannam.Tests.Scenarios;
using Xunit;

namespace Mannam.Tests.Faults;

/// <summary>The restart after a crash: everything comes to rest by itself, and agrees.</summary>
internal static class AfterRestart
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(60);

    // Half a minute after the crash: what the dead process had claimed is free again. That half minute is part of the minute promised.
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(31);

    /// <summary>Starts it again, waits until it is at rest, and checks.</summary>
    /// <param name="taxi">Not started yet, on the databases of the process that died.</param>
    /// <param name="told">What the people had been told.</param>
    /// <param name="end">How the ride must end.</param>
    public static async Task CheckAsync(TaxiMachine taxi, RideAnswers told, End end)
    {
        taxi.Time.Forward(Later);
        var began = Stopwatch.GetTimestamp();
        await taxi.StartAsync(("Taxi:Catch:PaymentTimeout", "1000"));
        var requests = await AtRestAsync(taxi, began);
        foreach (var request in requests)
            await taxi.Machine.SettledAsync((long)request["id"]!, Promised);
        Assert.True(Later + Stopwatch.GetElapsedTime(began) < Promised, $"it took {Later + Stopwatch.GetElapsedTime(began)}");
        foreach (var request in requests)
            await TaxiAgreement.CheckAsync(taxi.Http, (long)request["id"]!);
        await NobodyElseIsChargedAsync(taxi.Http, requests);
        await EndsAsync(taxi.Http, end, requests);
        await IsTrueAsync(taxi.Http, told, requests);
    }

    private static async Task EndsAsync(HttpClient http, End end, IReadOnlyList<JsonNode> requests)
    {
        var id = requests.Count == 0 ? 0 : (long)Assert.Single(requests)["id"]!;
        var cancelled = id > 0 && (await http.AskAsync($"GET /catches/{id}").Gives(200)).At("status") == "Cancel";
        var found = (id, cancelled, (await http.LedgerAsync($"taxi-{id}")).Length) switch
        {
            (0, _, 0) => End.Nothing,
            (_, true, 0) => End.NeverCharged,
            (_, true, 2) => End.GivenBack,
            (_, false, 1) => End.RidesOn,
            _ => throw new InvalidOperationException("no end that may be"),
        };
        if (end == End.Either)
            Assert.NotEqual(End.Nothing, found);
        else
            Assert.Equal(end, found);
    }

    private static async Task<IReadOnlyList<JsonNode>> AtRestAsync(TaxiMachine taxi, long began)
    {
        while (true)
        {
            var requests = (await taxi.Http.AskAsync("GET /catches?size=100").Gives(200)).Rows("catches");
            if (requests.All(r => (string?)r["status"] != "requested"))
                return requests;
            Assert.True(Stopwatch.GetElapsedTime(began) < Promised, "a request is still without an outcome");
            await Task.Delay(50);
        }
    }

    private static async Task NobodyElseIsChargedAsync(HttpClient http, IReadOnlyList<JsonNode> requests)
    {
        var ledger = (await http.AskAsync("GET /provider/ledger?size=100").Gives(200)).Rows("ledger");
        Assert.Subset(requests.Select(r => $"taxi-{r["id"]}").ToHashSet(), ledger.Select(m => (string)m["name"]!).ToHashSet());
    }

    private static async Task IsTrueAsync(HttpClient http, RideAnswers told, IReadOnlyList<JsonNode> requests)
    {
        Assert.InRange(requests.Count, told.Requested == 201 ? 1 : 0, 1);
        if (requests.Count == 0)
            return;
        // As catch has it now: events may have moved it on.
        var id = (long)requests[0]["id"]!;
        var status = (await http.AskAsync($"GET /catches/{id}").Gives(200)).At("status");
        if (told.Requested == 201)
            Assert.Equal(told.Id, id);
        if (told.Requested is not (null or 0 or 201) || told.Cancelled == 200)
            Assert.Equal("Cancel", status);
        else if (told.Requested == 201 && told.Cancelled is null)
            Assert.NotEqual("Cancel", status);
        if (told.Taken == 201 && status != "Cancel")
            Assert.Equal("Speedmate", (await http.AskAsync($"GET /pickUps/{id}").Gives(200)).At("driver"));
        if (told.Taken is null)
            Assert.Contains(status, new[] { "approve", "Cancel" });
    }
}
