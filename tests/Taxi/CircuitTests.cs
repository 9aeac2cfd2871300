using System.Diagnostics;
using System.Globalization;
using Mannam.Hosting;
using Mannam.Tests.Chassis.Http;
using Mannam.Tests.Scenarios;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>The circuit breaker between catch and payment: an overloaded or missing payment does not make catch fail, too.</summary>
public sealed class CircuitTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>, IAsyncLifetime
{
    private const string Payment = "taxi.payment";

    private HttpClient Http => taxi.Http;

    // A restart gives each test a new circuit.
    public async ValueTask InitializeAsync() => await taxi.StartAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<Answer> AskAsync() => Http.AskAsync("POST /catches", TaxiCalls.Order());

    private async Task UnknownAsync(int times)
    {
        await taxi.Machine.StopAsync(Payment);
        for (var i = 0; i < times; i++)
            (await AskAsync().Refuses(503)).Recorded();
    }

    private async Task ApprovedAsync(int times)
    {
        await taxi.StartAsync(Payment);
        for (var i = 0; i < times; i++)
            await Http.OrderAsync();
    }

    /// <summary>Asserts the circuit's state in the health page and in the metric.</summary>
    private async Task IsAsync(string state)
    {
        var health = await Http.AskAsync("GET /health/ready").Gives(200);
        Assert.Equal(state, (string?)health.Json["services"]!["taxi.catch"]!["details"]![$"circuit {Payment}"]);
        var meter = taxi.Machine["taxi.catch"].Services.GetRequiredService<Peers>().Meter;
        Assert.Equal("Mannam", meter.Name);
        Assert.Equal(
            [(Array.IndexOf(["closed", "half open", "open"], state), "taxi.catch", Payment)],
            Measured.Of(meter, "mannam.circuit")
        );
    }

    private static int RetryAfter(Answer answer) => int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture);

    private static void IsNotRecorded(Answer refused) => Assert.Null(refused.Header("Location"));

    [Fact]
    public async Task The_circuit_opens_at_the_tenth_unknown_call_and_not_before()
    {
        await IsAsync("closed");
        await UnknownAsync(9);
        await IsAsync("closed");
        await UnknownAsync(1);
        await IsAsync("open");
    }

    [Fact]
    public async Task The_circuit_opens_when_half_of_the_calls_were_unknown()
    {
        await ApprovedAsync(5);
        await UnknownAsync(4);
        await IsAsync("closed");
        await UnknownAsync(1);
        await IsAsync("open");
    }

    [Fact]
    public async Task The_circuit_counts_declines_as_known_and_opens_only_at_half_unknown()
    {
        await ApprovedAsync(3);
        await using (await Http.ProviderAsync(new { declineAbove = 1 }))
        {
            for (var i = 0; i < 10; i++)
                await AskAsync().Refuses(402);
        }
        await UnknownAsync(12);
        await IsAsync("closed");
        await UnknownAsync(1);
        await IsAsync("open");
    }

    [Fact]
    public async Task The_circuit_ignores_calls_older_than_10_s()
    {
        await UnknownAsync(9);
        taxi.Time.Forward(TimeSpan.FromSeconds(11));
        await UnknownAsync(9);
        await IsAsync("closed");
    }

    [Fact]
    public async Task An_open_circuit_refuses_requests_at_once_and_records_nothing()
    {
        await ApprovedAsync(1);
        var last = (await Http.AskAsync("GET /catches?sort=id,desc&size=1").Gives(200)).Rows("catches")[0];
        await UnknownAsync(9);
        await IsAsync("open");
        await taxi.StartAsync(Payment);
        var took = new List<TimeSpan>();
        for (var i = 0; i < 50; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var refused = await AskAsync().Refuses(503);
            took.Add(Stopwatch.GetElapsedTime(began));
            IsNotRecorded(refused);
            Assert.InRange(RetryAfter(refused), 1, 5);
        }
        Assert.True(took.Median() < TimeSpan.FromMilliseconds(20), $"it took {took.Median().TotalMilliseconds} ms");
        taxi.Time.Forward(TimeSpan.FromSeconds(5));
        // The refused requests have used no ids.
        var next = await Http.OrderAsync();
        Assert.Equal((long)last["id"]! + 10, next);
        await taxi.Machine.SettledAsync(next);
        Assert.Empty(await EventLog.OfAsync(postgres, taxi, next + 1));
        for (var id = (long)last["id"]!; id <= next; id++)
        {
            await taxi.Machine.SettledAsync(id);
            await TaxiAgreement.CheckAsync(Http, id);
        }
    }

    [Fact]
    public async Task A_malformed_request_is_400_even_while_the_circuit_is_open()
    {
        await UnknownAsync(10);
        await Http.AskAsync("POST /catches", TaxiCalls.Order(price: 0)).Refuses(400, "price");
    }

    [Fact]
    public async Task Retry_After_is_the_open_time_left_and_at_least_1_s()
    {
        await UnknownAsync(10);
        Assert.InRange(RetryAfter(await AskAsync().Refuses(503)), 4, 5);
        taxi.Time.Forward(TimeSpan.FromSeconds(2));
        Assert.InRange(RetryAfter(await AskAsync().Refuses(503)), 2, 3);
        taxi.Time.Forward(TimeSpan.FromSeconds(2.2));
        Assert.Equal(1, RetryAfter(await AskAsync().Refuses(503)));
    }

    [Fact]
    public async Task The_circuit_admits_one_probe_after_5_s_and_its_success_closes_it()
    {
        await UnknownAsync(10);
        await taxi.StartAsync(Payment);
        await using var slow = await Http.ProviderAsync(new { delay = HeldTime.Held });
        taxi.Time.Forward(TimeSpan.FromSeconds(5.1));
        var probe = AskAsync();
        var charge = await taxi.Time.NextAsync();
        await IsAsync("half open");
        for (var i = 0; i < 5; i++)
        {
            var refused = await AskAsync().Refuses(503);
            IsNotRecorded(refused);
            Assert.InRange(RetryAfter(refused), 1, 5);
        }
        charge.Elapse();
        await probe.Gives(201);
        await IsAsync("closed");
        Assert.False(taxi.Time.HasMore, "the circuit admitted more than one probe");
    }

    [Fact]
    public async Task An_unknown_probe_opens_the_circuit_for_another_5_s()
    {
        await UnknownAsync(10);
        taxi.Time.Forward(TimeSpan.FromSeconds(5.1));
        (await AskAsync().Refuses(503)).Recorded();
        await IsAsync("open");
        var refused = await AskAsync().Refuses(503);
        IsNotRecorded(refused);
        Assert.InRange(RetryAfter(refused), 4, 5);
        taxi.Time.Forward(TimeSpan.FromSeconds(5.1));
        await ApprovedAsync(1);
        await IsAsync("closed");
    }
}
