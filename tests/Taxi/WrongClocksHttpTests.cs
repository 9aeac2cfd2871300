using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>Guarantee 10 over HTTP: requests, keys and circuits while clocks are wrong by hours.</summary>
public sealed class WrongClocksHttpTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>
{
    private static readonly TimeSpan Hours = TimeSpan.FromHours(5);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
            await Task.Delay(50, deadline.Token);
    }

    [Fact]
    public async Task An_open_request_dated_in_the_future_is_settled_in_time()
    {
        await taxi.StartAsync(("Taxi:Catch:PaymentTimeout", "500"));
        await postgres.ExecuteAsync(
            taxi.Prefix + "taxi_catch",
            "insert into catches values (1000, 1, 250000, 'Busan', 'Seoul', 'Peter', 'requested', now() + interval '5 hours')"
        );

        await UntilAsync(async () => (await taxi.Http.AskAsync("GET /catches/1000").Gives(200)).At("status") == "Cancel");
    }

    [Fact]
    public async Task An_idempotency_key_dated_in_the_future_does_not_block_a_repetition()
    {
        await taxi.StartAsync();
        var key = Keyed.NewKey();
        var first = (await taxi.Http.KeyedAsync("POST /catches", key, TaxiCalls.Order()).Gives(201)).Recorded();
        await taxi.Http.CancelAsync(first).Gives(200);
        // As left by a process that died before it answered.
        await postgres.ExecuteAsync(
            taxi.Prefix + "taxi_catch",
            "update idempotency set created = created + interval '5 hours', status = null, location = null, answer = null"
        );

        var second = (await taxi.Http.KeyedAsync("POST /catches", key, TaxiCalls.Order()).Gives(201)).Recorded();

        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task An_open_circuit_admits_a_probe_even_if_the_clock_is_set_back()
    {
        await taxi.StartAsync(("Taxi:Catch:PaymentCircuitBreak", "500"));
        await taxi.Machine.StopAsync("taxi.payment");
        for (var i = 0; i < 10; i++)
            await taxi.Http.AskAsync("POST /catches", TaxiCalls.Order()).Refuses(503);
        taxi.Time.SetDay(-Hours);
        await taxi.StartAsync("taxi.payment");

        await UntilAsync(async () => (await taxi.Http.AskAsync("POST /catches", TaxiCalls.Order())).Status == 201);
        taxi.Time.SetDay(Hours);
    }
}
