using System.Text.RegularExpressions;
using Mannam.Host;
using Mannam.Host.Commands;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary><c>./mannam parked</c> on Taxi.</summary>
public sealed partial class ParkedCommandTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>, IAsyncLifetime
{
    private readonly Commands commands = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        commands.Installation.Remember(
            new Installation.Record(await postgres.ServerAsync(), taxi.Prefix, new Dictionary<string, string> { ["taxi"] = "taxi" })
        );

    public ValueTask DisposeAsync()
    {
        commands.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<string> ParkedAsync(params string[] arguments) => commands.RunAsync(Parked.Command(), ["taxi.pickup", .. arguments]);

    // Publishes a payment with "five" instead of a price.
    private async Task PoisonAsync(long saga)
    {
        var id = Guid.CreateVersion7();
        await using var database = NpgsqlDataSource.Create(await DatabaseAsync("payment"));
        await using var publish = database.CreateCommand(
            "insert into outbox (event_id, key, headers, value) values ($1, $2, $3::json, $4::json)"
        );
        publish.Parameters.Add(new() { Value = id });
        publish.Parameters.Add(new() { Value = saga });
        publish.Parameters.Add(
            new()
            {
                Value =
                    $$"""{"ce_specversion":"1.0","ce_id":"{{id}}","ce_source":"/taxi/payment","ce_type":"PaymentApproved","ce_time":"2026-01-01T00:00:00Z","ce_subject":"{{saga}}","ce_traceparent":"00-1-1-00","ce_schemaversion":"1","ce_causationid":"1"}""",
            }
        );
        publish.Parameters.Add(
            new()
            {
                Value =
                    $$"""{"matchId":{{saga}},"price":"five","customer":"어린왕자","startingPoint":"a","destination":"b","paymentAction":"Approved"}""",
            }
        );
        await publish.ExecuteNonQueryAsync(Ct);
        await taxi.Machine.SettledAsync(saga);
    }

    private async Task<string> DatabaseAsync(string service) =>
        new NpgsqlConnectionStringBuilder(await postgres.ServerAsync()) { Database = $"{taxi.Prefix}taxi_{service}" }.ToString();

    private async Task SaneAsync(long saga)
    {
        await using var database = NpgsqlDataSource.Create(await DatabaseAsync("pickup"));
        await using var mend = database.CreateCommand($"update waiting set value = replace(value, '\"five\"', '5') where key = {saga}");
        await mend.ExecuteNonQueryAsync(Ct);
    }

    private static string IdOf(string list) => FirstNumber().Match(list).Value;

    [GeneratedRegex(@"\d+")]
    private static partial Regex FirstNumber();

    [Fact]
    public async Task Parked_events_are_listed_shown_replayed_and_dropped_running_and_stopped()
    {
        await PoisonAsync(9001);
        await PoisonAsync(9002);

        var list = await ParkedAsync();
        Assert.Equal(2, list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Matches(@"(?m)^ +\d+  \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ +9001  PaymentApproved +2  .*\$\.price", list);
        Assert.Equal(list, await ParkedAsync("list", "--error", "$.price"));
        Assert.Equal("", await ParkedAsync("list", "--error", "something else"));
        var first = IdOf(list);

        var page = await ParkedAsync("show", first);
        Assert.Contains("\"price\": \"five\"", page, StringComparison.Ordinal);
        Assert.Contains("\"customer\": \"어린왕자\"", page, StringComparison.Ordinal);
        Assert.Contains("\"ce_type\": \"PaymentApproved\"", page, StringComparison.Ordinal);
        Assert.Contains("permanent, 2 times", page, StringComparison.Ordinal);

        // The unchanged event is parked again. After its repair a running service applies it.
        Assert.Equal("replayed 1", (await ParkedAsync("replay", first)).Trim());
        await taxi.Machine.SettledAsync(9001);
        Assert.Equal(2, (await ParkedAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        await SaneAsync(9001);
        await ParkedAsync("replay", first);
        await taxi.Machine.SettledAsync(9001);
        Assert.Contains("\"price\":5", await taxi.Http.GetStringAsync("/catchReqLists/9001", Ct), StringComparison.Ordinal);

        await taxi.Machine.StopAsync("taxi.pickup");
        Assert.Equal("dropped 1", (await ParkedAsync("drop", "--error", "$.price")).Trim());
        await taxi.StartAsync("taxi.pickup");
        Assert.Equal("", await ParkedAsync());
    }

    [Theory]
    [InlineData("taxi.pickup has no parked event 4711.", "taxi.pickup", "replay", "4711")]
    [InlineData("x1 is not an id", "taxi.pickup", "show", "x1")]
    [InlineData("eat is not what can be done", "taxi.pickup", "eat", "1")]
    [InlineData("drop what?", "taxi.pickup", "drop")]
    [InlineData("--error is empty", "taxi.pickup", "drop", "--error", "")]
    [InlineData("there is no service taxi.pikup; there are taxi.", "taxi.pikup")]
    [InlineData("provider subscribes to no events", "provider")]
    public async Task A_wrong_parked_command_is_refused_with_a_sentence(string sentence, params string[] arguments)
    {
        var refused = await Assert.ThrowsAsync<InstallationException>(() => commands.RunAsync(Parked.Command(), arguments));
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }
}
