using Mannam.Tests.Chassis.Http;
using Mannam.Tests.Scenarios;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Payments;

/// <summary>A payment attempt repeats its call until the outcome is known. Only a cancellation ends it earlier.</summary>
public sealed class AttemptTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>, IAsyncLifetime
{
    private static long last = 2_000_000;
    private readonly long key = Interlocked.Increment(ref last);

    private HttpClient Http => taxi.Http;

    public async ValueTask InitializeAsync() => await taxi.StartAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<Answer> ApproveAsync(long of)
    {
        using var inside = taxi.Inside("taxi.payment");
        return await inside.AskAsync(
            "POST /payments",
            new
            {
                matchId = of,
                price = 250000,
                customer = "Peter",
                startingPoint = "Busan",
                destination = "Seoul",
            }
        );
    }

    [Theory]
    [InlineData("fail", false)]
    [InlineData("refuse", false)]
    [InlineData("rubbish", false)]
    [InlineData("mute", true)]
    public async Task A_payment_attempt_is_repeated_after_every_unusable_answer(string mode, bool hangs)
    {
        var asked = 0;
        var again = new TaskCompletionSource();
        taxi.Machine["taxi.payment"].Failpoints.OnHit = point =>
        {
            if (point == "approval.asking" && Interlocked.Increment(ref asked) == (hangs ? 2 : 3))
                again.SetResult();
            return ValueTask.CompletedTask;
        };
        Task<Answer> approval;
        await using (await Http.ProviderAsync(new { mode }))
        {
            approval = ApproveAsync(key);
            await again.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            Assert.False(approval.IsCompleted);
        }
        if (hangs)
        {
            // The call under way still runs in the old mode.
            await taxi.Machine.StopAsync("provider");
            await taxi.StartAsync("provider");
        }
        await approval.Gives(201);
        Assert.Equal(["charge 250000"], await Http.LedgerAsync($"taxi-{key}"));
    }

    [Fact]
    public async Task A_store_failure_after_the_charge_does_not_end_a_payment_attempt()
    {
        var away = 0;
        taxi.Machine["taxi.payment"].Failpoints.OnHit = point =>
            point == "approval.answered" && Interlocked.Increment(ref away) == 1
                ? throw new NpgsqlException("the store is away")
                : ValueTask.CompletedTask;
        await ApproveAsync(key).Gives(201);
        Assert.Equal(2, away);
        Assert.Equal(["charge 250000"], await Http.LedgerAsync($"taxi-{key}"));
    }

    [Fact]
    public async Task A_cancellation_ends_a_payment_attempt_for_all_who_joined()
    {
        await taxi.StartAsync(("Taxi:Catch:PaymentTimeout", "300"));
        await using var mode = await Http.ProviderAsync(new { mode = "fail" });
        var asked = new TaskCompletionSource();
        taxi.Machine["taxi.payment"].Failpoints.OnHit = point =>
        {
            if (point == "approval.asking")
                asked.TrySetResult();
            return ValueTask.CompletedTask;
        };
        var requested = Http.AskAsync("POST /catches", TaxiCalls.Order());
        await asked.Task;
        var id = (long)(await Http.AskAsync("GET /catches?sort=id,desc&size=1").Gives(200)).Rows("catches")[0]["id"]!;
        var joined = Enumerable.Range(0, 5).Select(_ => ApproveAsync(id)).ToList();
        Assert.Equal(id, (await requested.Refuses(503)).Recorded());
        Assert.All(await Task.WhenAll(joined), a => Assert.Equal(409, a.Status));
        await taxi.Machine.SettledAsync(id);
        Assert.Empty(await Http.LedgerAsync($"taxi-{id}"));
        await TaxiAgreement.CheckAsync(Http, id);
    }

    [Fact]
    public async Task A_refund_is_done_only_when_the_provider_has_confirmed_it()
    {
        var answers = new Queue<(int Status, string Body)>([
            (200, "<html>Sign in to the network</html>"),
            (200, "{}"),
            (200, """{"name": "taxi-999", "amount": 250000, "state": "givenBack"}"""),
            (200, """{"name": "CHARGE", "amount": 250000, "state": "taken"}"""),
            (302, ""),
            (404, ""),
            (200, """{"name": "CHARGE", "amount": 250000, "state": "givenBack"}"""),
        ]);
        await using var provider = await PeerServer.StartAsync();
        provider.Answers = async http =>
        {
            var charge = http.Request.Path.Value!.Split('/')[^1];
            var (status, body) = HttpMethods.IsDelete(http.Request.Method)
                ? answers.Dequeue()
                : (201, """{"name": "CHARGE", "amount": 250000, "state": "taken"}""");
            (http.Response.StatusCode, http.Response.ContentType) = (status, "application/json");
            await http.Response.WriteAsync(body.Replace("CHARGE", charge, StringComparison.Ordinal));
        };
        await taxi.StartAsync(("Taxi:Payment:ProviderUrl", provider.Address));
        var id = await taxi.OfferAsync();
        await Http.CancelAsync(id).Gives(200);
        await taxi.Machine.SettledAsync(id);
        Assert.Empty(answers);
    }
}
