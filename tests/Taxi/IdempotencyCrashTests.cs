using Mannam.Tests.Chassis.Http;
using Mannam.Tests.Host;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>A rider who repeats a request with the same key after a crash is charged once and has one request.</summary>
public sealed class IdempotencyCrashTests(PostgresFixture postgres) : IAsyncDisposable
{
    private readonly Installed installed = new();
    private readonly string prefix = $"crash_{Guid.NewGuid():N}"[..16] + "_";
    private readonly string key = Keyed.NewKey();

    public ValueTask DisposeAsync() => installed.DisposeAsync();

    private async Task<Running> UpAsync() =>
        await installed.UpAsync("--postgres", await postgres.ServerAsync(), "--set", $"Host:DatabasePrefix={prefix}");

    [Theory]
    [LongData("command.committing", 2)]
    [LongData("command.committed", 2)]
    [InlineData("call.answered", 2)]
    [LongData("command.committed#2", 1)]
    [LongData("answer.committed", 1)]
    public async Task A_keyed_request_repeated_after_a_crash_is_charged_once(string point, long expected)
    {
        installed.KillAt = $"taxi.catch/{point}";
        var dying = await UpAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => RequestAsync(dying.Http));
        await dying.EndAsync();
        installed.KillAt = null;
        // The request is made older, so that the test need not wait for the sweep.
        await postgres.ExecuteAsync(prefix + "taxi_catch", "update catches set requested_at = requested_at - interval '1 minute'");
        var mannam = await UpAsync();
        // A request with another body is refused.
        if (point != "command.committing")
            await mannam.Http.KeyedAsync("POST /catches", key, TaxiCalls.Order(5)).Refuses(422);

        var answer = await mannam.Http.AskUntilSettledAsync("POST /catches", key, TaxiCalls.Order()).Gives(201);
        var id = answer.Recorded();
        Assert.Equal(expected, id);
        (await RequestAsync(mannam.Http)).IsAgain(answer);

        Assert.Equal(["charge 250000"], await mannam.Http.LedgerAsync($"taxi-{id}"));
        await AllOthersEndedAsync(mannam.Http, id);
    }

    private Task<Answer> RequestAsync(HttpClient http) => http.KeyedAsync("POST /catches", key, TaxiCalls.Order());

    // Requests that the crash interrupted are cancelled, and their money goes back.
    private static async Task AllOthersEndedAsync(HttpClient http, long id)
    {
        var catches = (await http.AskAsync("GET /catches?size=100").Gives(200)).Rows("catches");
        Assert.Equal([id], catches.Where(c => (string)c["status"]! != "Cancel").Select(c => (long)c["id"]!));
        foreach (var other in catches.Select(c => (long)c["id"]!).Where(other => other != id))
        {
            for (var end = DateTime.UtcNow.AddSeconds(60); (await http.LedgerAsync($"taxi-{other}")).Length == 1 && DateTime.UtcNow < end; )
                await Task.Delay(100, TestContext.Current.CancellationToken);
            Assert.Contains(string.Join(", ", await http.LedgerAsync($"taxi-{other}")), new[] { "", "charge 250000, giveBack 250000" });
        }
    }
}
