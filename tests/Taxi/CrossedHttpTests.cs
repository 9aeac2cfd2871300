using Mannam.Tests.Chassis.Http;
using Mannam.Tests.Scenarios;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>Events that arrive before the answer to a request is complete.</summary>
public sealed class CrossedHttpTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private HttpClient Http => taxi.Http;

    /// <summary>A request that is paid and offered to drivers before catch has recorded the payment.</summary>
    private sealed record Crossed(long Id, Task<Answer> Ordered, TaskCompletionSource GoOn);

    private async Task<Crossed> PaidButNotRecordedAsync()
    {
        var paid = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var committing = 0;
        taxi.Machine["taxi.catch"].Failpoints.OnHit = async point =>
        {
            // The first commit is the request itself, the second one its payment.
            if (point != "command.committing" || Interlocked.Increment(ref committing) != 2)
                return;
            paid.SetResult();
            await goOn.Task;
        };
        var ordered = Http.AskAsync("POST /catches", TaxiCalls.Order());
        await paid.Task;
        var id = (long)(await Http.AskAsync("GET /catches?sort=id,desc&size=1").Gives(200)).Rows("catches")[0]["id"]!;
        await taxi.Machine.SettledAsync(id);
        return new(id, ordered, goOn);
    }

    [Fact]
    public async Task A_driver_may_take_a_request_before_its_payment_is_recorded()
    {
        var (id, ordered, goOn) = await PaidButNotRecordedAsync();
        await Http.TakeAsync(id, "Speedmate").Gives(201);
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("PickupAssigned", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
        goOn.SetResult();
        await ordered.Gives(201);
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("PickupAssigned", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
        await TaxiAgreement.CheckAsync(Http, id);
    }

    [Fact]
    public async Task A_rider_may_cancel_a_taken_request_before_its_payment_is_recorded()
    {
        var (id, ordered, goOn) = await PaidButNotRecordedAsync();
        await Http.TakeAsync(id, "Speedmate").Gives(201);
        await taxi.Machine.SettledAsync(id);
        await Http.CancelAsync(id).Gives(200);
        goOn.SetResult();
        // The answer to the request reports the cancellation.
        await ordered.Refuses(503);
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("Cancel", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
        await TaxiAgreement.CheckAsync(Http, id);
        Assert.Equal(["charge 250000", "giveBack 250000"], await Http.LedgerAsync($"taxi-{id}"));
    }

    [Fact]
    public async Task A_request_runs_to_its_end_even_if_its_client_hangs_up()
    {
        await using var slow = await Http.ProviderAsync(new { delay = HeldTime.Held });
        using var hangUp = new CancellationTokenSource();
        using var body = new StringContent(
            """{"price": 5, "startingPoint": "a", "destination": "b", "customer": "c"}""",
            null,
            "application/json"
        );
        var ordered = Http.PostAsync(new Uri("/catches", UriKind.Relative), body, hangUp.Token);
        var charge = await taxi.Time.NextAsync();
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ordered);
        charge.Elapse();
        // A stop waits for requests under way.
        await taxi.Machine.StopAsync("taxi.catch");
        await taxi.StartAsync("taxi.catch");
        var last = (await Http.AskAsync("GET /catches?sort=id,desc&size=1").Gives(200)).Rows("catches")[0];
        Assert.Equal("approve", (string)last["status"]!);
        var id = (long)last["id"]!;
        await taxi.Machine.SettledAsync(id);
        await TaxiAgreement.CheckAsync(Http, id);
    }
}
