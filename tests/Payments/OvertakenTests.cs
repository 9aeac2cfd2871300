using Xunit;

namespace Mannam.Tests.Payments;

/// <summary>A cancellation during an approval leaves no payment, publishes nothing, and keeps no money.</summary>
public sealed class OvertakenTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>, IAsyncLifetime
{
    private HttpClient Http => taxi.Http;

    // Catch times out soon and cancels.
    public async ValueTask InitializeAsync() => await taxi.StartAsync(("Taxi:Catch:PaymentTimeout", "200"));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<long> TimedOutAsync()
    {
        var answer = await Http.AskAsync("POST /catches", TaxiCalls.Order()).Refuses(503);
        Assert.NotNull(answer.Header("Retry-After"));
        var id = answer.Recorded();
        await taxi.Machine.SettledAsync(id);
        return id;
    }

    private async Task NothingIsLeftAsync(long id)
    {
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("Cancel", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
        await Http.AskAsync($"GET /payments/{id}").Refuses(404);
        await Http.AskAsync($"GET /catchReqLists/{id}").Refuses(404);
        await Http.AskAsync($"GET /myPages/{id}").Refuses(404);
        var published = await EventLog.OfAsync(postgres, taxi, id);
        Assert.Equal(["CatchRequested", "CatchCancelled"], published.Select(e => e.Type));
    }

    [Fact]
    public async Task A_cancellation_before_the_charge_prevents_the_charge()
    {
        await using var slow = await Http.ProviderAsync(new { delay = HeldTime.Held });
        var ordered = TimedOutAsync();
        var charge = await taxi.Time.NextAsync();
        var id = await ordered;
        Assert.Equal("voided", (await Http.AskAsync($"GET /provider/charges/taxi-{id}").Gives(200)).At("state"));
        charge.Elapse();
        // A stop waits for requests under way, so the attempt has ended.
        await taxi.Machine.StopAsync("taxi.payment");
        await taxi.StartAsync("taxi.payment");
        Assert.Empty(await Http.LedgerAsync($"taxi-{id}"));
        await NothingIsLeftAsync(id);
    }

    [Fact]
    public async Task A_cancellation_before_the_charge_is_recorded_returns_the_money()
    {
        var arrived = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        taxi.Machine["taxi.payment"].Failpoints.OnHit = async point =>
        {
            if (point == "command.committing" && arrived.TrySetResult())
                await goOn.Task;
        };
        var ordered = TimedOutAsync();
        await arrived.Task;
        var id = await ordered;
        goOn.SetResult();
        await taxi.Machine.StopAsync("taxi.payment");
        await taxi.StartAsync("taxi.payment");
        Assert.Equal(["charge 250000", "giveBack 250000"], await Http.LedgerAsync($"taxi-{id}"));
        await NothingIsLeftAsync(id);
    }

    [Fact]
    public async Task A_cancellation_after_the_approval_returns_the_money_and_my_page_shows_it()
    {
        var recorded = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        taxi.Machine["taxi.payment"].Failpoints.OnHit = async point =>
        {
            if (point == "command.committed" && recorded.TrySetResult())
                await goOn.Task;
        };
        var ordered = TimedOutAsync();
        await recorded.Task;
        var id = await ordered;
        goOn.SetResult();
        await taxi.Machine.SettledAsync(id);
        Assert.Equal(["charge 250000", "giveBack 250000"], await Http.LedgerAsync($"taxi-{id}"));
        Assert.Equal("Cancel", (await Http.AskAsync($"GET /payments/{id}").Gives(200)).At("paymentAction"));
        Assert.Equal("PaymentCancelled", (await Http.AskAsync($"GET /myPages/{id}").Gives(200)).At("status"));
        Assert.Equal("Cancel", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
    }

    [Fact]
    public async Task A_driver_loses_a_request_taken_before_its_failure_was_recorded()
    {
        var recorded = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        taxi.Machine["taxi.payment"].Failpoints.OnHit = async point =>
        {
            if (point == "command.committed" && recorded.TrySetResult())
                await goOn.Task;
        };
        var failing = new TaskCompletionSource();
        var committing = 0;
        taxi.Machine["taxi.catch"].Failpoints.OnHit = async point =>
        {
            // The first commit is the request itself, the second one its failure.
            if (point == "command.committing" && Interlocked.Increment(ref committing) == 2)
                await failing.Task;
        };
        var ordered = TimedOutAsync();
        await recorded.Task;
        taxi.Machine["taxi.payment"].Failpoints.OnHit = null;
        var id = (long)(await Http.AskAsync("GET /catches?sort=id,desc&size=1").Gives(200)).Rows("catches")[0]["id"]!;
        await taxi.Machine.SettledAsync(id);
        await Http.TakeAsync(id, "Speedmate").Gives(201);
        await taxi.Machine.SettledAsync(id);
        failing.SetResult();
        goOn.SetResult();
        await ordered;
        Assert.Equal("Cancel", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
        await Http.AskAsync($"GET /pickUps/{id}").Refuses(404);
        Assert.Equal(["charge 250000", "giveBack 250000"], await Http.LedgerAsync($"taxi-{id}"));
    }
}
