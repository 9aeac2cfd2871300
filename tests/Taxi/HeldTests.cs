using System.Diagnostics;
using Mannam.Host;
using Mannam.Tests.Chassis.Http;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>A lock in a service's store delays the requests that need the row or table by about a second, and no others.</summary>
[Collection(nameof(Alone))]
public sealed class HeldTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>
{
    // One second plus a margin for a busy test machine. Without the limits it takes at least 15 s.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(6);
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private const int StopSignal = 19;
    private const int ContinueSignal = 18;

    private HttpClient Http => taxi.Http;

    [Fact]
    public async Task Ten_changes_of_a_locked_row_are_refused_within_seconds()
    {
        var id = await taxi.OfferAsync();
        await using (await HoldAsync("catch", $"select 1 from catches where key = {id} for update"))
        {
            var began = Stopwatch.GetTimestamp();
            var all = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Http.CancelAsync(id)));

            Assert.All(all, Busy);
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, Soon);
        }
        await Http.CancelAsync(id).Gives(200);
        await taxi.Machine.SettledAsync(id);
    }

    [Fact]
    public async Task A_locked_row_does_not_affect_reads_health_and_other_requests()
    {
        var (held, other) = (await taxi.OfferAsync(), await taxi.OfferAsync());
        await using (await HoldAsync("catch", $"select 1 from catches where key = {held} for update"))
        {
            using var end = new CancellationTokenSource();
            var crowd = Enumerable.Range(0, 20).Select(_ => CancelUntilAsync(held, end.Token)).ToList();
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < 100; i++)
            {
                await Http.AskAsync($"GET /catches/{other}").Gives(200);
                await Http.AskAsync("GET /catches?size=1").Gives(200);
            }
            for (var i = 0; i < 10; i++)
                await Http.AskAsync("GET /health/ready").Gives(200);
            await taxi.OfferAsync();
            await Http.CancelAsync(other).Gives(200);
            await taxi.Machine.SettledAsync(other);
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(20));
            await end.CancelAsync();
            await Task.WhenAll(crowd);
        }
    }

    [Theory]
    [InlineData("lock table catches in share mode")]
    [InlineData("lock table outbox in access exclusive mode")]
    [InlineData("lock table idempotency in access exclusive mode")]
    [InlineData("select pg_advisory_lock(77001520, 4)")]
    public async Task A_locked_table_delays_requests_briefly_and_reads_not_at_all(string hold)
    {
        var id = await taxi.OfferAsync();
        await using (await HoldAsync("catch", hold))
        {
            var posted = Enumerable
                .Range(0, 30)
                .Select(i => Http.AskAsync("POST /catches", TaxiCalls.Order(), ("Idempotency-Key", $"{hold}{id}{i}".Replace(' ', '-'))))
                .ToList();
            var changed = Enumerable.Range(0, 30).Select(_ => Http.CancelAsync(id)).ToList();
            for (var i = 0; i < 50; i++)
                await Http.AskAsync($"GET /catches/{id}").Gives(200);
            await Http.AskAsync("GET /health/ready").Gives(200);
            foreach (var answer in await Task.WhenAll(posted.Concat(changed)).WaitAsync(TimeSpan.FromSeconds(20), Ct))
                Assert.True(answer.Status is 200 or 201 or 503, answer.Body);
        }
        await Http.CancelAsync(id).Gives(200);
        await taxi.Machine.SettledAsync(id);
        await taxi.OfferAsync();
    }

    [Fact]
    public async Task Many_requests_waiting_for_a_locked_table_do_not_affect_reads_and_health()
    {
        var id = await taxi.OfferAsync();
        await using (await HoldAsync("catch", "lock table idempotency in access exclusive mode"))
        {
            using var end = new CancellationTokenSource();
            var crowd = Enumerable.Range(0, 40).Select(i => OrderUntilAsync($"held-{id}-{i}", end.Token)).ToList();
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < 20; i++)
            {
                await Http.AskAsync($"GET /catches/{id}").Gives(200);
                await Http.AskAsync("GET /health/ready").Gives(200);
            }
            // Without separate limits each would wait a second or two behind the crowd.
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
            await end.CancelAsync();
            await Task.WhenAll(crowd);
        }
    }

    [Fact]
    public async Task A_view_with_a_locked_table_is_503_and_other_views_answer()
    {
        var id = await taxi.OfferAsync();
        await using (await HoldAsync("mypage", "lock table my_pages in access exclusive mode"))
        {
            var views = Enumerable.Range(0, 50).Select(_ => Http.AskAsync($"GET /myPages/{id}")).ToList();
            for (var i = 0; i < 50; i++)
                await Http.AskAsync($"GET /catches/{id}").Gives(200);
            await Http.AskAsync("GET /health/ready").Gives(200);
            Assert.All(await Task.WhenAll(views).WaitAsync(TimeSpan.FromSeconds(20), Ct), Busy);
        }
        await Http.AskAsync($"GET /myPages/{id}").Gives(200);
    }

    [Fact]
    public async Task A_store_that_stops_answering_is_abandoned_within_seconds()
    {
        var id = await taxi.OfferAsync();
        // Like a network that drops all packets: the connections stay open.
        var backends = await BackendsAsync("catch");
        backends.ForEach(b => Posix.Signal(b, StopSignal));
        try
        {
            var began = Stopwatch.GetTimestamp();
            var ready = Http.AskAsync("GET /health/ready");
            Task<Answer>[] asked =
            [
                Http.AskAsync($"GET /catches/{id}"),
                Http.CancelAsync(id),
                Http.AskAsync("POST /catches", TaxiCalls.Order()),
            ];
            await ready;
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, Soon + Soon);
            foreach (var answer in await Task.WhenAll(asked))
                Assert.True(answer.Status is 200 or 201 or 503, answer.Body);
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(14));
            await UntilAsync(async () => (await Http.AskAsync($"GET /catches/{id}")).Status == 200);
            await UntilAsync(async () => (await Http.CancelAsync(id)).Status == 200);
            await UntilAsync(async () => (await Http.AskAsync("GET /health/ready")).Status == 200);
        }
        finally
        {
            backends.ForEach(b => Posix.Signal(b, ContinueSignal));
        }
        await taxi.Machine.SettledAsync(id);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
            await Task.Delay(50, late.Token);
    }

    private async Task<List<int>> BackendsAsync(string service)
    {
        await using var source = NpgsqlDataSource.Create(await postgres.ServerAsync() + ";Pooling=false");
        await using var command = source.CreateCommand("select pid from pg_stat_activity where datname = $1");
        command.Parameters.AddWithValue($"{taxi.Prefix}taxi_{service}");
        await using var rows = await command.ExecuteReaderAsync(Ct);
        var backends = new List<int>();
        while (await rows.ReadAsync(Ct))
            backends.Add(rows.GetInt32(0));
        return backends;
    }

    private async Task CancelUntilAsync(long id, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
            Busy(await Http.CancelAsync(id));
    }

    private async Task OrderUntilAsync(string key, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
            Busy(await Http.AskAsync("POST /catches", TaxiCalls.Order(), ("Idempotency-Key", key)));
    }

    private static void Busy(Answer answer)
    {
        Assert.True(answer.Status == 503, answer.Body);
        Assert.NotNull(answer.Header("Retry-After"));
    }

    private async Task<Held> HoldAsync(string service, string sql)
    {
        var server = new NpgsqlConnectionStringBuilder(await postgres.ServerAsync())
        {
            Database = $"{taxi.Prefix}taxi_{service}",
            Pooling = false,
        };
        var connection = new NpgsqlConnection(server.ToString());
        await connection.OpenAsync(Ct);
        foreach (var statement in (string[])["begin", sql])
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(Ct);
        }
        return new(connection);
    }

    private sealed record Held(NpgsqlConnection Connection) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Connection.DisposeAsync();
    }
}
