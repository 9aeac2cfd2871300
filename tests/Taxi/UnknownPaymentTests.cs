using System.Diagnostics;
using System.Globalization;
using Mannam.Tests.Scenarios;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>Whatever payment and its provider do: the rider gets an answer in time, the request ends, and taken money goes back.</summary>
[Collection(nameof(Alone))]
public sealed class UnknownPaymentTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>, IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(610);
    private static readonly TimeSpan Promised = Timeout + TimeSpan.FromMilliseconds(150);

    private HttpClient Http => taxi.Http;

    // The circuit must stay closed; it has its own tests.
    public async ValueTask InitializeAsync() =>
        await taxi.StartAsync(("Taxi:Catch:PaymentTimeout", "610"), ("Taxi:Catch:PaymentCircuitCalls", "100000"));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<IReadOnlyList<long>> ToldInTimeAsync(int times = 5)
    {
        var (ids, took, busy) = (new List<long>(), new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 0; i < times; i++)
        {
            busy.Add(await BusyAsync());
            var (answer, time) = await BareTimer.BesideAsync(() => Http.AskAsync("POST /catches", TaxiCalls.Order()).Refuses(503), Timeout);
            Assert.InRange(int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 5);
            Assert.Equal("Cancel", (await Http.AskAsync($"GET /catches/{answer.Recorded()}").Gives(200)).At("status"));
            ids.Add(answer.Recorded());
            took.Add(time);
        }
        // The median, because the machine is busy with other work.
        var allowed = Promised + busy.Median();
        var all = string.Join(", ", took.Select(t => $"{t.TotalMilliseconds:0} ms"));
        Assert.True(took.Median() <= allowed, $"it took {all}, allowed are {allowed.TotalMilliseconds:0} ms");
        return ids;
    }

    /// <summary>How much slower the machine is than one that needs 20 ms for three malformed requests of this kind.</summary>
    private async Task<TimeSpan> BusyAsync()
    {
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 3; i++)
            await Http.AskAsync("POST /catches", TaxiCalls.Order(price: 0)).Refuses(400, "price");
        var took = Stopwatch.GetElapsedTime(began) - TimeSpan.FromMilliseconds(20);
        return took > TimeSpan.Zero ? took : TimeSpan.Zero;
    }

    private async Task AllAgreeAsync(IEnumerable<long> ids, params string[] ledger)
    {
        foreach (var id in ids)
        {
            await taxi.Machine.SettledAsync(id);
            Assert.Equal(ledger, await Http.LedgerAsync($"taxi-{id}"));
            await TaxiAgreement.CheckAsync(Http, id);
        }
    }

    [Theory]
    [InlineData("fail")]
    [LongData("refuse")]
    [LongData("rubbish")]
    [InlineData("hang")]
    public async Task A_request_fails_in_time_if_the_provider_takes_nothing_and_gives_no_answer(string mode)
    {
        await using var settings = await Http.ProviderAsync(new { mode });
        await AllAgreeAsync(await ToldInTimeAsync());
    }

    [Fact]
    public async Task The_money_goes_back_if_the_provider_takes_it_and_never_answers()
    {
        await using var settings = await Http.ProviderAsync(new { mode = "mute" });
        await AllAgreeAsync(await ToldInTimeAsync(), "charge 250000", "giveBack 250000");
    }

    [Fact]
    public async Task A_request_fails_in_time_if_the_provider_is_too_slow()
    {
        await using var settings = await Http.ProviderAsync(new { delay = HeldTime.Held });
        var ids = await ToldInTimeAsync();
        await AllAgreeAsync(ids);
        foreach (var _ in ids)
            (await taxi.Time.NextAsync()).Elapse();
        await AllAgreeAsync(ids);
    }

    [Fact]
    public async Task A_request_fails_in_time_while_the_provider_is_stopped_and_settles_later()
    {
        await taxi.Machine.StopAsync("provider");
        var ids = await ToldInTimeAsync();
        await taxi.StartAsync("provider");
        await AllAgreeAsync(ids);
    }

    [Fact]
    public async Task A_request_fails_in_time_while_payment_is_stopped()
    {
        await taxi.Machine.StopAsync("taxi.payment");
        var ids = await ToldInTimeAsync();
        await taxi.StartAsync("taxi.payment");
        await AllAgreeAsync(ids);
    }

    [Fact]
    public async Task A_declined_request_is_402_costs_nothing_and_is_hidden_from_drivers()
    {
        await using var settings = await Http.ProviderAsync(new { declineAbove = 1000 });
        var declined = await Http.AskAsync("POST /catches", TaxiCalls.Order(price: 1001)).Refuses(402);
        Assert.NotEmpty(declined.At("reason")!);
        await AllAgreeAsync([declined.Recorded()]);
        Assert.Equal("Cancel", (await Http.AskAsync($"GET /catches/{declined.Recorded()}").Gives(200)).At("status"));
    }

    [Fact]
    public async Task Refunds_requested_while_the_provider_is_stopped_are_made_afterwards()
    {
        await taxi.StartAsync();
        var ids = new List<long>();
        for (var i = 0; i < 20; i++)
            ids.Add(await Http.OrderAsync());
        await taxi.Machine.StopAsync("provider");
        foreach (var id in ids)
            await Http.CancelAsync(id).Gives(200);
        // Wait until every refund has failed more than once.
        var tries = 0;
        var twice = new TaskCompletionSource();
        taxi.Machine["taxi.payment"].Failpoints.OnHit = point =>
        {
            if (point == "due.GiveBackDue.claimed" && Interlocked.Increment(ref tries) == 2 * ids.Count)
                twice.SetResult();
            return ValueTask.CompletedTask;
        };
        await twice.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await taxi.StartAsync("provider");
        await AllAgreeAsync(ids, "charge 250000", "giveBack 250000");
    }
}
