using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Mannam.Tests.Chassis.Http;
using Mannam.Tests.Scenarios;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>Requests whose payment is under way: their limit, joined attempts, and clients that hang up.</summary>
public sealed class UnderWayTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>
{
    private HttpClient Http => taxi.Http;

    private Task<Answer> AskAsync() => Http.AskAsync("POST /catches", TaxiCalls.Order());

    private async Task AgreeAsync(long id, params string[] ledger)
    {
        await taxi.Machine.SettledAsync(id);
        Assert.Equal(ledger, await Http.LedgerAsync($"taxi-{id}"));
        await TaxiAgreement.CheckAsync(Http, id);
    }

    [Fact]
    public async Task Requests_beyond_the_payments_allowed_under_way_are_503_and_not_recorded()
    {
        await taxi.StartAsync(("Taxi:Catch:PaymentUnderWay", "3"), ("Taxi:Catch:PaymentTimeout", "60000"));
        var asked = new List<Task<Answer>>();
        var charges = new List<HeldTimer>();
        await using (await Http.ProviderAsync(new { delay = HeldTime.Held }))
        {
            for (var i = 0; i < 3; i++)
            {
                asked.Add(AskAsync());
                charges.Add(await taxi.Time.NextAsync());
            }
            var took = new List<TimeSpan>();
            for (var i = 0; i < 20; i++)
            {
                var began = Stopwatch.GetTimestamp();
                var refused = await AskAsync().Refuses(503);
                took.Add(Stopwatch.GetElapsedTime(began));
                Assert.Equal("1", refused.Header("Retry-After"));
                Assert.Null(refused.Header("Location"));
            }
            Assert.True(took.Median() < TimeSpan.FromMilliseconds(20), $"it took {took.Median().TotalMilliseconds} ms");
        }
        charges.ForEach(c => c.Elapse());
        var ids = (await Task.WhenAll(asked)).Select(a => (long)a.Json["id"]!).Order().ToList();
        // A place is free again, and the refused requests have used no ids.
        Assert.Equal(ids[2] + 1, await Http.OrderAsync());
        foreach (var id in ids)
            await AgreeAsync(id, "charge 250000");
    }

    [Fact]
    public async Task At_least_128_payments_may_be_under_way()
    {
        await taxi.StartAsync(("Taxi:Catch:PaymentTimeout", "60000"));
        await using var slow = await Http.ProviderAsync(new { delay = HeldTime.Held });
        var asked = Enumerable.Range(0, 128).Select(_ => AskAsync()).ToList();
        var charges = new List<HeldTimer>();
        while (charges.Count < 128)
            charges.Add(await taxi.Time.NextAsync());
        charges.ForEach(c => c.Elapse());
        Assert.All(await Task.WhenAll(asked), a => Assert.Equal(201, a.Status));
    }

    [Fact]
    public async Task An_approval_during_the_joined_attempt_counts_and_is_charged_once()
    {
        await taxi.StartAsync(("Taxi:Catch:PaymentTimeout", "300"), ("Taxi:Catch:PaymentJoin", "30000"));
        HeldTimer charge;
        Task<Answer> asked;
        await using (await Http.ProviderAsync(new { delay = HeldTime.Held }))
        {
            asked = AskAsync();
            charge = await taxi.Time.NextAsync();
        }
        // The attempt that timed out, and the one that joins it.
        while (taxi.Machine["taxi.payment"].Server.InProgress < 2)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.False(asked.IsCompleted);
        charge.Elapse();
        var id = (long)(await asked.Gives(201)).Json["id"]!;
        Assert.False(taxi.Time.HasMore, "the provider was asked more than once");
        await AgreeAsync(id, "charge 250000");
        Assert.Equal(["CatchRequested", "PaymentApproved"], (await EventLog.OfAsync(postgres, taxi, id)).Select(e => e.Type).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_was_read_runs_to_its_end_even_if_its_client_hangs_up(bool abruptly)
    {
        await taxi.StartAsync(("Taxi:Catch:PaymentTimeout", "60000"));
        HeldTimer charge;
        await using (await Http.ProviderAsync(new { delay = HeldTime.Held }))
        {
            using var client = new TcpClient { LingerState = new LingerOption(abruptly, 0) };
            await client.ConnectAsync(taxi.Machine.Address.Host, taxi.Machine.Address.Port, TestContext.Current.CancellationToken);
            const string body = """{"price": 250000, "startingPoint": "Busan", "destination": "Seoul", "customer": "Peter"}""";
            var request =
                $"POST /catches HTTP/1.1\r\nHost: {taxi.Machine.Address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
            charge = await taxi.Time.NextAsync();
        }
        var id = (long)(await Http.AskAsync("GET /catches?sort=id,desc&size=1").Gives(200)).Rows("catches")[0]["id"]!;
        Assert.Equal("requested", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
        charge.Elapse();
        while ((await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status") == "requested")
            await Task.Delay(5, TestContext.Current.CancellationToken);
        await AgreeAsync(id, "charge 250000");
        Assert.Equal("approve", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
    }

    [Fact]
    public async Task A_payment_service_stopped_during_an_attempt_leaves_it_unknown_in_bounded_time()
    {
        await taxi.StartAsync(("Taxi:Catch:PaymentTimeout", "60000"));
        HeldTimer charge;
        Task<Answer> asked;
        await using (await Http.ProviderAsync(new { delay = HeldTime.Held }))
        {
            asked = AskAsync();
            charge = await taxi.Time.NextAsync();
        }
        var began = Stopwatch.GetTimestamp();
        await taxi.Machine.StopAsync("taxi.payment");
        var id = (await asked.Refuses(503)).Recorded();
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(15));
        Assert.Equal("Cancel", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
        // The provider takes the money only now, after payment has stopped.
        charge.Elapse();
        while ((await Http.LedgerAsync($"taxi-{id}")).Length == 0)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        await taxi.StartAsync("taxi.payment");
        await AgreeAsync(id, "charge 250000", "giveBack 250000");
        await Http.AskAsync($"GET /payments/{id}").Refuses(404);
    }
}
