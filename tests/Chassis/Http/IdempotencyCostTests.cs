using System.Collections.Concurrent;
using System.Diagnostics;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Xunit;

namespace Mannam.Tests.Chassis.Http;

/// <summary>The cost of idempotency keys: nothing without the header, and no rows that stay for ever.</summary>
public sealed class IdempotencyCostTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>
{
    private HttpClient Http => taxi.Http;

    [Fact]
    public async Task A_request_without_a_key_costs_no_idempotency_statements()
    {
        Assert.Equal(0, await StatementsAsync(() => Http.AskAsync("POST /catches", TaxiCalls.Order()).Gives(201)));
        // One statement each to look for the key, to insert it with the request, and to store the answer.
        Assert.Equal(3, await StatementsAsync(() => Http.KeyedAsync("POST /catches", Keyed.NewKey(), TaxiCalls.Order()).Gives(201)));
    }

    [Fact]
    public async Task An_idempotency_key_is_valid_for_a_day_and_then_removed()
    {
        var key = Keyed.NewKey();
        var first = await Http.KeyedAsync("POST /catches", key, TaxiCalls.Order()).Gives(201);
        await AgeAsync("23 hours 59 minutes");
        (await Http.KeyedAsync("POST /catches", key, TaxiCalls.Order())).IsAgain(first);
        await AgeAsync("1 minute");
        var second = await Http.KeyedAsync("POST /catches", key, TaxiCalls.Order(1000)).Gives(201);
        Assert.NotEqual(first.Recorded(), second.Recorded());

        var store = new PostgresIdempotency(Database, taxi.Machine["taxi.catch"].Failpoints);
        var row = new IdempotentRequest(key, "/catches", "", [], store, DateTimeOffset.UtcNow).Id;
        await HousekeepAsync();
        Assert.NotNull(await store.FindAsync(row));
        await AgeAsync("24 hours");
        await HousekeepAsync();
        Assert.Null(await store.FindAsync(row));
    }

    private static readonly ClaimedMessage Due = new(Guid.Empty, 0, "ExpiredKeys", "{}", 1, "");

    private async Task HousekeepAsync() =>
        await Retention.Actions["ExpiredKeys"](Due, taxi.Machine["taxi.catch"].Services, TestContext.Current.CancellationToken);

    private Npgsql.NpgsqlDataSource Database =>
        (Npgsql.NpgsqlDataSource)taxi.Machine["taxi.catch"].Services.GetService(typeof(Npgsql.NpgsqlDataSource))!;

    private Task AgeAsync(string by) =>
        postgres.ExecuteAsync(taxi.Prefix + "taxi_catch", $"update idempotency set created = created - interval '{by}'");

    // Counts the statements about keys that catch sends to its database.
    private async Task<int> StatementsAsync(Func<Task> request)
    {
        var sent = new ConcurrentBag<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                var tags = string.Join(' ', activity.TagObjects.Select(t => $"{t.Value}"));
                if (tags.Contains(taxi.Prefix + "taxi_catch", StringComparison.Ordinal))
                    sent.Add(tags);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await request();
        Assert.NotEmpty(sent);
        return sent.Count(s => s.Contains("idempotency", StringComparison.Ordinal) && !s.Contains("delete", StringComparison.Ordinal));
    }
}
