using System.Globalization;
using System.Text.Json.Nodes;
using Mannam.Tests.Chassis.Http;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>Every event in the topic has all fields of its resource, and a CloudEvents envelope with its cause.</summary>
public sealed class TaxiEventsTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>
{
    private const string Rider = "김철수 <b>\"🚕\"</b>";

    private HttpClient Http => taxi.Http;

    private Task<IReadOnlyList<EventLog.Published>> LogAsync(long id) => EventLog.OfAsync(postgres, taxi, id);

    private async Task SettledAsync(long id, params Task<Answer>[] calls)
    {
        foreach (var call in calls)
            Assert.InRange((await call).Status, 200, 204);
        await taxi.Machine.SettledAsync(id);
    }

    /// <summary>Causes every event of Taxi: one driver takes a request and gives it up, another takes it, and the rider cancels.</summary>
    private async Task<long> StoryAsync()
    {
        var id = await taxi.OfferAsync(customer: Rider);
        await SettledAsync(id, Http.TakeAsync(id, "Speedmate"));
        await SettledAsync(id, Http.GiveUpAsync(id, "Speedmate"));
        await SettledAsync(id, Http.TakeAsync(id, "Safemate"));
        await SettledAsync(id, Http.CancelAsync(id));
        return id;
    }

    private static string Fields(JsonObject value)
    {
        var fields = value.DeepClone().AsObject();
        Assert.True(fields.Remove("timestamp"));
        return string.Join(", ", fields.Select(f => $"{f.Key}={f.Value}"));
    }

    [Fact]
    public async Task An_event_carries_its_type_its_time_and_all_fields_of_its_resource()
    {
        var id = await StoryAsync();
        var published = (await LogAsync(id)).ToLookup(e => e.Header("ce_source"), e => Fields(e.Value));
        var request = $"id={id}, price=250000, startingPoint=Busan, destination=Seoul, customer={Rider}";
        Assert.Equal(
            [$"{request}, status=requested, eventType=CatchRequested", $"{request}, status=Cancel, eventType=CatchCancelled"],
            published["/taxi/catch"]
        );
        var payment = $"matchId={id}, price=250000, customer={Rider}, startingPoint=Busan, destination=Seoul, paymentAction";
        Assert.Equal(
            [$"{payment}=Approved, eventType=PaymentApproved", $"{payment}=Cancel, eventType=PaymentCancelled"],
            published["/taxi/payment"]
        );
        Assert.Equal(
            [
                $"matchId={id}, driver=Speedmate, customer={Rider}, eventType=PickupAssigned",
                $"matchId={id}, driver=Speedmate, customer={Rider}, eventType=PickupCancelled",
                $"matchId={id}, driver=Safemate, customer={Rider}, eventType=PickupAssigned",
                $"matchId={id}, driver=Safemate, customer={Rider}, eventType=PickupCancelled",
            ],
            published["/taxi/pickup"]
        );
        Assert.Equal(3, published.Count);
    }

    [Fact]
    public async Task Numbers_are_JSON_numbers_and_the_timestamp_equals_ce_time()
    {
        var began = DateTimeOffset.UtcNow;
        var id = await StoryAsync();
        foreach (var e in await LogAsync(id))
        {
            foreach (var (name, value) in e.Value.Where(f => f.Key is "id" or "matchId" or "price"))
                Assert.True(value!.GetValueKind() == System.Text.Json.JsonValueKind.Number, name);
            Assert.Equal(e.Header("ce_time"), (string)e.Value["timestamp"]!);
            Assert.EndsWith("Z", e.Header("ce_time"), StringComparison.Ordinal);
            var at = DateTimeOffset.Parse(e.Header("ce_time"), CultureInfo.InvariantCulture);
            Assert.InRange(at, began.AddSeconds(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        }
    }

    [Fact]
    public async Task The_envelope_is_CloudEvents_in_Kafkas_binary_mode_under_the_correlation_key()
    {
        var id = await StoryAsync();
        var published = await LogAsync(id);
        Assert.Equal(8, published.Select(e => e.Header("ce_id")).Distinct().Count());
        foreach (var e in published)
        {
            Assert.Equal(id, e.Key);
            Assert.Equal(("1.0", "1"), (e.Header("ce_specversion"), e.Header("ce_schemaversion")));
            Assert.Equal(id.ToString(CultureInfo.InvariantCulture), e.Header("ce_subject"));
            Assert.Equal((string)e.Value["eventType"]!, e.Header("ce_type"));
            Assert.Equal(7, Guid.Parse(e.Header("ce_id")).Version);
            Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-01$", e.Header("ce_traceparent"));
            Assert.StartsWith("application/json", e.Header("content-type"), StringComparison.Ordinal);
            Assert.NotEmpty(e.Header("ce_causationid"));
        }
    }

    [Fact]
    public async Task An_event_names_the_event_or_request_that_caused_it()
    {
        var id = await StoryAsync();
        var published = await LogAsync(id);
        var events = published.ToLookup(e => e.Header("ce_source") + " " + e.Type);
        var cancelled = events["/taxi/catch CatchCancelled"].Single();
        var moneyBack = events["/taxi/payment PaymentCancelled"].Single();
        var ended = events["/taxi/pickup PickupCancelled"].Last();
        Assert.Equal(cancelled.Header("ce_id"), moneyBack.Header("ce_causationid"));
        Assert.Equal(moneyBack.Header("ce_id"), ended.Header("ce_causationid"));
        // The other events are caused by HTTP requests, each by a different one. PaymentApproved has the cause and trace of the rider's request.
        var requested = events["/taxi/catch CatchRequested"].Single();
        var paid = events["/taxi/payment PaymentApproved"].Single();
        Assert.Equal(requested.Header("ce_causationid"), paid.Header("ce_causationid"));
        Assert.Equal(Trace(requested), Trace(paid));
        var fromRequests = published.Except([moneyBack, ended]).Select(e => e.Header("ce_causationid")).ToList();
        Assert.Equal(5, fromRequests.Distinct().Count());
        Assert.Empty(fromRequests.Intersect(published.Select(e => e.Header("ce_id"))));
        // Later events belong to the same trace.
        Assert.Equal(Trace(cancelled), Trace(moneyBack));
        Assert.Equal(Trace(cancelled), Trace(ended));

        static string Trace(EventLog.Published e) => e.Header("ce_traceparent").Split('-')[1];
    }

    [Fact]
    public async Task A_failed_request_and_its_cancellation_have_the_same_cause()
    {
        await using var limit = await Http.ProviderAsync(new { declineAbove = 1000 });
        var id = (await Http.AskAsync("POST /catches", TaxiCalls.Order()).Refuses(402)).Recorded();
        await taxi.Machine.SettledAsync(id);
        var published = await LogAsync(id);
        Assert.Equal(["CatchRequested", "CatchCancelled"], published.Select(e => e.Type));
        Assert.Single(published.Select(e => e.Header("ce_causationid")).Distinct());
    }

    [Fact]
    public async Task A_repeated_command_publishes_nothing()
    {
        var id = await taxi.OfferAsync();
        await SettledAsync(id, Http.TakeAsync(id, "Speedmate"), Http.TakeAsync(id, "Speedmate"));
        Assert.Single(await LogAsync(id), e => e.Type == "PickupAssigned");
        await SettledAsync(id, Http.GiveUpAsync(id, "Speedmate"), Http.GiveUpAsync(id, "Speedmate"));
        Assert.Single(await LogAsync(id), e => e.Type == "PickupCancelled");
        await SettledAsync(id, Http.AskAsync($"PATCH /catches/{id}", "{}"), Http.CancelAsync(id), Http.CancelAsync(id));
        await SettledAsync(id, Http.GiveUpAsync(id, "Speedmate"));
        Assert.Equal(6, (await LogAsync(id)).Count);
    }
}
