using Mannam.Host;
using Mannam.Tests.Chassis.Http;
using Mannam.Tests.Host;
using Xunit;

namespace Mannam.Tests.Faults;

/// <summary>What the people were told before the process died; null where nothing was asked, 0 where no answer came.</summary>
internal sealed record RideAnswers
{
    public int? Requested { get; set; }
    public long? Id { get; set; }
    public int? Taken { get; set; }
    public int? Cancelled { get; set; }
}

/// <summary>A process of the program that is killed at a point on the way of a ride.</summary>
internal sealed class KilledRide(PostgresFixture postgres, string prefix, string point)
{
    public RideAnswers Answers { get; } = new();

    /// <summary>Starts it, rides until it dies, and makes sure that it died there.</summary>
    /// <param name="starting">How many may start at once.</param>
    /// <param name="open">The request that it is to settle instead of a ride.</param>
    public async Task DieAsync(SemaphoreSlim starting, long? open)
    {
        await using var installed = new Installed { KillAt = point, Environment = { ["DOTNET_TieredPGO"] = "0" } };
        var process = await StartAsync(installed, starting);
        // Killed at its first look for what is open it may not have become ready.
        if (process.Http is { } http && open is null)
        {
            try
            {
                await RideAsync(http);
            }
            catch (HttpRequestException)
            {
                // It died.
            }
        }
        var ended = await process.EndAsync();
        Assert.True(ended.Status == 128 + Posix.KillAtOnce, $"it ended by itself with {ended.Status}: {ended.Error}");
    }

    private async Task<Running> StartAsync(Installed installed, SemaphoreSlim starting)
    {
        string[] settings = ["--set", "Taxi:Catch:PaymentTimeout=10000", "--set", $"Host:DatabasePrefix={prefix}"];
        await starting.WaitAsync();
        try
        {
            var process = installed.Begin([
                "up",
                "--systems",
                "taxi",
                "--port",
                "0",
                "--data",
                installed.Data,
                "--postgres",
                await postgres.ServerAsync(),
                .. settings,
            ]);
            try
            {
                await process.ReadyAsync();
            }
            catch (InvalidOperationException)
            {
                // It has ended before.
            }
            return process;
        }
        finally
        {
            starting.Release();
        }
    }

    private async Task RideAsync(HttpClient http)
    {
        Answers.Requested = 0;
        var requested = await http.AskAsync("POST /catches", TaxiCalls.Order());
        (Answers.Requested, Answers.Id) = (requested.Status, requested.Status == 201 ? (long)requested.Json["id"]! : requested.Recorded());
        var id = Answers.Id;
        await UntilAsync(http, $"/catchReqLists/{id}", a => a.Status == 200);
        await UntilAsync(http, $"/myPages/{id}", a => a.Status == 200);
        Answers.Taken = 0;
        Answers.Taken = (await TaxiCalls.TakeAsync(http, id.Value, "Speedmate")).Status;
        await UntilAsync(http, $"/catches/{id}", a => a.At("status") == "PickupAssigned");
        Answers.Cancelled = 0;
        Answers.Cancelled = (await TaxiCalls.CancelAsync(http, id.Value)).Status;
        await UntilAsync(http, $"/pickUps/{id}", a => a.Status == 404);
        await UntilAsync(http, $"/myPages/{id}", a => a.At("status") == "PaymentCancelled");
    }

    private static async Task UntilAsync(HttpClient http, string path, Func<Answer, bool> holds)
    {
        while (!holds(await http.AskAsync("GET " + path)))
            await Task.Delay(10);
    }
}
