using Xunit;

namespace Mannam.Tests.Payments;

/// <summary>A cancellation that comes while an approval is under way: no payment, nothing published, and no money kept.</summary>
public sealed class OvertakenTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>, IAsyncLifetime
{
    private HttpClient Http => taxi.Http;

    // Catch gives up soon, and cancels.
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
    public async Task Before_the_provider_took_the_money_it_is_never_taken()
    {
        await using var slow = await Http.ProviderAsync(new { delay = HeldTime.Held });
        var ordered = TimedOutAsync();
        var charge = await taxi.Time.NextAsync();
        var id = await ordered;
        Assert.Equal("voided", (await Http.AskAsync($"GET /provider/charges/taxi-{id}").Gives(200)).At("state"));
        charge.Elapse();
        // A stop waits for the requests begun, so that the attempt is over.
        await taxi.Machine.StopAsync("taxi.payment");
        await taxi.StartAsync("taxi.payment");
        Assert.Empty(await Http.LedgerAsync($"taxi-{id}"));
        await NothingIsLeftAsync(id);
    }

    [Fact]
    public async Task Money_that_was_taken_before_payment_recorded_it_goes_back()
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
    public async Task After_payment_approved_it_the_money_goes_back_and_the_page_ends_with_that()
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
    public async Task A_driver_who_took_it_before_the_rider_was_told_that_it_failed_loses_it()
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
            // First the request itself, then its failure.
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
