using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Mannam.Host;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>A private PostgreSQL that dies is started again.</summary>
public sealed class SupervisionTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Installed installed = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => installed.DisposeAsync();

    [Fact]
    public async Task A_PostgreSQL_killed_twice_under_load_comes_back_without_loss()
    {
        var up = await installed.UpAsync();
        using var end = new CancellationTokenSource();
        var granted = new List<long>();
        var riders = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RideAsync(up.Http, granted, end.Token)));

        for (var times = 1; times <= 2; times++)
        {
            await WaitAsync(() => Task.FromResult(Count(granted) >= times * 10));
            Posix.Signal(ServerOf(await HealthAsync(up)), Posix.KillAtOnce);
            await WaitAsync(async () => (string?)(await HealthAsync(up))["details"]!["restarts"] == $"{times}" && await up.IsReadyAsync());
            var before = Count(granted);
            await WaitAsync(() => Task.FromResult(Count(granted) > before));
        }

        await end.CancelAsync();
        await riders;
        await up.SaysAsync("PostgreSQL has ended");
        await up.SaysAsync("PostgreSQL runs again");
        foreach (var id in granted)
        {
            Assert.Equal("approve", (string?)(await up.Http.FindAsync($"catches/{id}"))!["status"]);
            // Its events arrive: relay, log and consumers have connections again.
            await up.Http.UntilAsync($"myPages/{id}", "status", "PaymentApproved");
            Assert.Equal(["charge"], await up.Http.LedgerAsync(id));
        }
        Assert.Equal(0, (await up.EndAsync(Posix.Interrupt)).Status);
        Assert.Empty(installed.PostgresProcesses);
    }

    [LongFact]
    public async Task A_PostgreSQL_that_was_taken_over_is_supervised_too()
    {
        var killed = await installed.UpAsync();
        await killed.EndAsync(Posix.KillAtOnce);
        var up = await installed.UpAsync();
        await up.SaysAsync("taking over the PostgreSQL");

        await installed.KillPostgresAsync();

        await WaitAsync(async () => (string?)(await HealthAsync(up))["details"]!["restarts"] == "1" && await up.IsReadyAsync());
        await up.Http.RequestedAsync();
    }

    [Fact]
    public async Task A_cluster_that_cannot_start_any_more_ends_the_program_with_a_sentence()
    {
        var up = await installed.UpAsync();
        File.Delete(Path.Combine(installed.Data, "postgres", "global", "pg_control"));
        await installed.KillPostgresAsync();

        var ended = await up.EndAsync();

        Assert.Equal(1, ended.Status);
        Assert.EndsWith(
            $"mannam: PostgreSQL keeps ending and was started 5 times; see {installed.Data}/postgres.log.\n",
            ended.Error,
            StringComparison.Ordinal
        );
        Assert.Contains("mannam: stopping\n", ended.Error, StringComparison.Ordinal);
        Assert.Empty(installed.PostgresProcesses);
    }

    [LongFact]
    public async Task A_PostgreSQL_start_that_hangs_is_ended_and_tried_again()
    {
        var said = new List<string>();
        var limit = new RestartLimit(5, TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(20));
        await using var postgres = await SupervisedPostgres.StartAsync(installed.Data, 10, Say, Ct, limit);
        // The settings file is a pipe, so the server waits until something is written into it.
        var settings = Path.Combine(installed.Data, "postgres", "postgresql.auto.conf");
        File.Delete(settings);
        using (var made = Process.Start("mkfifo", ["-m", "666", settings]))
            await made.WaitForExitAsync(Ct);
        await installed.KillPostgresAsync();
        await WaitAsync(() => Task.FromResult(Said("is not ready after 20 s")));
        Assert.False(postgres.Health.Ready);

        File.Delete(settings);
        await File.WriteAllTextAsync(settings, "", Ct);

        await WaitAsync(() => Task.FromResult(postgres.Health.Ready));
        Assert.True(Said("PostgreSQL runs again"));
        Assert.False(postgres.GivenUp.IsCompleted);

        void Say(string line)
        {
            lock (said)
                said.Add(line);
        }
        bool Said(string text)
        {
            lock (said)
                return said.Exists(line => line.Contains(text, StringComparison.Ordinal));
        }
    }

    /// <summary>Requests rides until the end and records the ids of successful ones. Others get 503 and are repeated.</summary>
    private static async Task RideAsync(HttpClient http, List<long> granted, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            using var answer = await http.RequestAsync();
            if (answer.StatusCode == HttpStatusCode.Created)
            {
                var id = long.Parse(answer.Headers.Location!.Segments[^1], System.Globalization.CultureInfo.InvariantCulture);
                lock (granted)
                    granted.Add(id);
                continue;
            }
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private static int Count(List<long> granted)
    {
        lock (granted)
            return granted.Count;
    }

    private static async Task<JsonNode> HealthAsync(Running up)
    {
        using var answer = await up.Http.AskAsync("health/ready");
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["services"]!["postgres"]!;
    }

    private static int ServerOf(JsonNode health)
    {
        // "running (process 123)"
        var state = (string)health["details"]!["state"]!;
        return int.Parse(string.Concat(state.Where(char.IsAsciiDigit)), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task WaitAsync(Func<Task<bool>> holds)
    {
        for (var began = Stopwatch.GetTimestamp(); !await holds(); await Task.Delay(20, Ct))
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "the condition was not met within three minutes");
    }
}
