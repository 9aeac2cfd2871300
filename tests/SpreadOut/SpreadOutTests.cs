using System.Net.Http.Json;
using System.Text;
using Mannam.Hosting;
using Mannam.Tests.Chassis.Kafka;
using Mannam.Tests.Host;
using Xunit;

namespace Mannam.Tests.SpreadOut;

/// <summary>The services in separate processes behind the gateway, as clients see them.</summary>
public sealed class SpreadOutTests(SpreadOutTests.Taxi taxi) : IClassFixture<SpreadOutTests.Taxi>
{
    private readonly Spread spread = taxi.Spread;

    /// <summary>One replica of each service, with a place for a second one.</summary>
    public sealed class Taxi(PostgresFixture postgres, KafkaFixture kafka) : IAsyncLifetime
    {
        internal Spread Spread { get; } = new(postgres, kafka, places: 2);

        public KafkaFixture Kafka => kafka;

        public async ValueTask InitializeAsync()
        {
            try
            {
                await Spread.StartAsync();
            }
            catch
            {
                // xunit does not dispose of a fixture whose start failed, but its processes run.
                await DisposeAsync();
                throw;
            }
        }

        public ValueTask DisposeAsync() => Spread.DisposeAsync();
    }

    [Fact]
    public async Task A_ride_goes_through_all_processes_and_internal_calls_stay_inside()
    {
        var http = spread.Http;
        using var requested = await http.RequestAsync();
        Assert.Equal(201, (int)requested.StatusCode);
        var place = requested.Headers.Location!.ToString();
        Assert.StartsWith(http.BaseAddress!.ToString(), place, StringComparison.Ordinal);
        var id = long.Parse(place[(place.LastIndexOf('/') + 1)..], System.Globalization.CultureInfo.InvariantCulture);

        await http.UntilAsync($"catchReqLists/{id}", "startingPoint", "Busan");
        Assert.Equal(201, (await TaxiCalls.TakeAsync(http, id, "Speedmate")).Status);
        await http.UntilAsync($"myPages/{id}", "status", "PickupAssigned");
        await http.UntilAsync($"taxi/catches/{id}", "status", "PickupAssigned");
        Assert.Equal(200, (await TaxiCalls.CancelAsync(http, id)).Status);
        await http.UntilAsync($"myPages/{id}", "status", "PaymentCancelled");
        await http.GoneAsync($"pickUps/{id}");
        await spread.Provider.UntilAsync($"charges/taxi-{id}", "state", "givenBack");
        Assert.Equal(["charge", "giveBack"], await Scenarios.Ledger.OfAsync(spread.Provider, id));

        // An internal call is refused from outside and works with the key.
        var payment = new
        {
            matchId = 1_000_000,
            price = 1000,
            customer = "Mallory",
            startingPoint = "a",
            destination = "b",
        };
        await http.AskAsync("POST /payments", payment).Gives(405);
        Assert.Equal("GET, HEAD", (await http.AskAsync("POST /payments", payment)).Header("Allow"));
        // Even with the key: the gateway removes the header.
        await http.AskAsync("POST /payments", payment, (InternalKey.Header, spread.InternalKey)).Gives(405);
        Assert.Equal(405, await PayAsync(null));
        Assert.Equal(405, await PayAsync(new string('0', 64)));
        Assert.Equal(201, await PayAsync(spread.InternalKey));
        // The provider cannot be reached from outside.
        await http.AskAsync("GET /ledger").Gives(404);
        await http.AskAsync("GET /provider/ledger").Gives(404);

        var described = (await http.AskAsync("GET /openapi/v1.json").Gives(200)).Json["paths"]!;
        Assert.NotNull(described["/catches"]?["post"]);
        Assert.NotNull(described["/payments"]?["get"]);
        Assert.Null(described["/payments"]?["post"]);

        // Calls the service directly, not through the gateway.
        async Task<int> PayAsync(string? key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "payments") { Content = JsonContent.Create(payment) };
            if (key is not null)
                request.Headers.Add(InternalKey.Header, key);
            using var answer = await spread.At("taxi.payment").SendAsync(request, TestContext.Current.CancellationToken);
            return (int)answer.StatusCode;
        }
    }

    [Theory]
    [InlineData(null, "-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "-01")]
    [InlineData("00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", "-00")]
    public async Task Events_of_a_request_carry_the_clients_trace_or_a_new_one(string? sent, string flags)
    {
        (string, string)[] trace = sent is null ? [] : [("traceparent", sent)];
        var requested = await spread.Http.AskAsync("POST /catches", TaxiCalls.Order(), trace).Gives(201);
        var id = requested.Header("Location")!.Split('/')[^1];

        // Two events: the request and its payment.
        var traces = await TracesAsync(id, events: 2);

        Assert.All(traces, t => Assert.EndsWith(flags, t, StringComparison.Ordinal));
        var of = Assert.Single(traces.Select(t => t.Split('-')[1]).Distinct());
        Assert.True(sent is null || of == sent.Split('-')[1], of);
    }

    private async Task<List<string>> TracesAsync(string id, int events)
    {
        for (var began = Environment.TickCount64; ; await Task.Delay(50, TestContext.Current.CancellationToken))
        {
            var of = (await taxi.Kafka.ReadAsync(spread.Topic)).FindAll(r => Encoding.UTF8.GetString(r.Message.Key) == id);
            if (of.Count >= events)
                return of.ConvertAll(r => Encoding.UTF8.GetString(r.Message.Headers.GetLastBytes("ce_traceparent")));
            Assert.True(Environment.TickCount64 - began < 30_000, $"{of.Count} events of {id}");
        }
    }

    [Fact]
    public async Task The_gateway_refuses_in_the_same_form_as_a_front_door()
    {
        var http = spread.Http;
        await http.AskAsync("POST /catches", "{\"price\": 1, \"startingPoint\": \"" + new string('x', 1 << 20) + "\"}").Refuses(413);
        await http.AskAsync("GET /nothing").Refuses(404);
        await http.AskAsync("GET /catches", null, ("Host", "elsewhere.example")).Refuses(421);
        var preflight = await http.AskAsync(
                "OPTIONS /catches",
                null,
                ("Origin", "http://localhost:3000"),
                ("Access-Control-Request-Method", "POST")
            )
            .Gives(204);
        Assert.Equal("http://localhost:3000", preflight.Header("Access-Control-Allow-Origin"));
        var read = await http.AskAsync("GET /catches", null, ("Origin", "http://localhost:3000")).Gives(200);
        Assert.Equal("http://localhost:3000", read.Header("Access-Control-Allow-Origin"));

        // Links have the address that the client used, even behind a proxy.
        var seen = await http.AskAsync(
            "GET /catches",
            null,
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "taxi.example"),
            ("X-Forwarded-Prefix", "/app")
        );
        Assert.Equal("https://taxi.example/app/catches?page=0&size=20", (string)seen.Json["_links"]!["first"]!["href"]!);

        var place = spread.PlaceOf("taxi.pickup");
        await spread.StopAsync("taxi.pickup", place);
        await spread.SeesAsync("taxi.pickup", 0);
        var away = await http.AskAsync("GET /pickUps").Refuses(503);
        Assert.NotNull(away.Header("Retry-After"));
        await http.AskAsync("GET /catches").Gives(200);
        await spread.StartAsync("taxi.pickup", place);
        await spread.SeesAsync("taxi.pickup", 1);
    }

    [Fact]
    public async Task A_request_that_a_killed_replica_did_not_take_goes_to_another()
    {
        var place = spread.PlaceOf("taxi.pickup");
        await spread.StartAsync("taxi.pickup", 1 - place);
        await spread.SeesAsync("taxi.pickup", 2);

        await spread.KillAsync("taxi.pickup", place);

        // The gateway tries the replicas in turn, so it meets the dead one before a probe has noticed.
        for (var i = 0; i < 4; i++)
            await spread.Http.AskAsync("GET /pickUps").Gives(200);
        await spread.SeesAsync("taxi.pickup", 1);
    }

    [LongFact]
    public async Task No_request_fails_while_each_service_is_replaced_behind_the_gateway()
    {
        var riders = new Riders(spread.Http);
        riders.Start(3, TimeSpan.FromMilliseconds(200));

        foreach (var service in Spread.Services)
        {
            var place = spread.PlaceOf(service);
            await spread.StartAsync(service, 1 - place);
            await spread.SeesAsync(service, 2);
            var ended = await spread.StopAsync(service, place);
            Assert.Equal(0, ended.Status);
        }
        await riders.StopAsync();

        Assert.Empty(riders.Failures);
        Assert.True(riders.Calls > 100, $"{riders.Calls} calls are too few for a load test");
        await Agreed.AllAsync(spread, riders.Rides, TimeSpan.FromSeconds(60));
    }
}
