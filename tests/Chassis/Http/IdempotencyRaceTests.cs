using Mannam.Hosting;
using Mannam.Local;
using Mannam.Taxi;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Chassis.Http;

/// <summary>The same key used at the same moment, at one replica and at two, and commits whose answer was lost.</summary>
public sealed class IdempotencyRaceTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>
{
    private readonly string key = Keyed.NewKey();

    private HttpClient Http => taxi.Http;

    [Fact]
    public async Task Fifty_requests_at_once_with_one_key_record_exactly_one()
    {
        var before = await Http.CountAsync("/catches");
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Http.KeyedAsync("POST /catches", key, TaxiCalls.Order())));
        Assert.All(answers, a => Assert.Contains(a.Status, new[] { 201, 409 }));
        var made = answers.Where(a => a.Status == 201).ToList();
        Assert.Single(made.Select(a => a.Body).Distinct());
        Assert.Equal(before + 1, await Http.CountAsync("/catches"));
        Assert.Equal(["charge 250000"], await Http.LedgerAsync($"taxi-{made[0].Recorded()}"));
    }

    [Fact]
    public async Task One_key_at_two_replicas_at_once_records_exactly_one_request()
    {
        await using var replica = await ReplicaAsync("taxi.catch");
        using var other = new HttpClient(new InProcessHandler(replica.Server)) { BaseAddress = new Uri("http://localhost/") };
        var before = await Http.CountAsync("/catches");
        MeetAtCommit(taxi.Machine["taxi.catch"], replica);
        var answers = await Task.WhenAll(
            Http.KeyedAsync("POST /catches", key, TaxiCalls.Order()),
            other.KeyedAsync("POST /catches", key, TaxiCalls.Order())
        );
        Assert.Contains(answers, a => a.Status == 201);
        Assert.All(answers, a => Assert.Contains(a.Status, new[] { 201, 409 }));
        Assert.Equal(before + 1, await Http.CountAsync("/catches"));
        var id = answers.First(a => a.Status == 201).Recorded();
        Assert.Equal(["charge 250000"], await Http.LedgerAsync($"taxi-{id}"));
    }

    [Fact]
    public async Task Two_replicas_with_one_key_and_two_bodies_answer_once_and_refuse_once_with_422()
    {
        await using var replica = await ReplicaAsync("taxi.pickup");
        using var other = new HttpClient(new InProcessHandler(replica.Server)) { BaseAddress = new Uri("http://localhost/") };
        long[] ids = [await taxi.OfferAsync(), await taxi.OfferAsync()];
        MeetAtCommit(taxi.Machine["taxi.pickup"], replica);
        var answers = await Task.WhenAll(
            Http.KeyedAsync("POST /pickUps", key, new { matchId = ids[0], driver = "Kim" }),
            other.KeyedAsync("POST /pickUps", key, new { matchId = ids[1], driver = "Kim" })
        );
        Assert.Equal([201, 422], answers.Select(a => a.Status).Order());
        var refused = answers[0].Status == 422 ? 0 : 1;
        await Http.AskAsync($"GET /catchReqLists/{ids[refused]}").Gives(200);
        await Http.AskAsync($"GET /pickUps/{ids[1 - refused]}").Gives(200);
        Assert.Null(answers[refused].Header("Location"));
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_recognised_and_not_repeated()
    {
        LoseOneAnswer(taxi.Machine["taxi.catch"]);
        var before = await Http.CountAsync("/catches");
        var first = await Http.KeyedAsync("POST /catches", key, TaxiCalls.Order()).Gives(201);
        (await Http.KeyedAsync("POST /catches", key, TaxiCalls.Order())).IsAgain(first);
        Assert.Equal(before + 1, await Http.CountAsync("/catches"));
        Assert.Equal(["charge 250000"], await Http.LedgerAsync($"taxi-{first.Recorded()}"));
    }

    [Fact]
    public async Task A_decision_whose_answer_was_lost_gets_the_recorded_answer()
    {
        var id = await taxi.OfferAsync();
        LoseOneAnswer(taxi.Machine["taxi.pickup"]);
        var body = new { matchId = id, driver = "Kim" };
        var first = await Http.KeyedAsync("POST /pickUps", key, body).Gives(201);
        Assert.EndsWith($"/pickUps/{id}", first.Header("Location"), StringComparison.Ordinal);
        (await Http.KeyedAsync("POST /pickUps", key, body)).IsAgain(first);
    }

    // Both replicas have looked for the key and found nothing before either commits.
    private static void MeetAtCommit(params ServiceHost[] replicas)
    {
        var arrived = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var replica in replicas)
            replica.Failpoints.OnHit = async point =>
            {
                if (point != "command.committing")
                    return;
                if (Interlocked.Increment(ref arrived) == replicas.Length)
                    all.TrySetResult();
                await all.Task.WaitAsync(TimeSpan.FromSeconds(30));
            };
    }

    private static void LoseOneAnswer(ServiceHost service)
    {
        var lost = 0;
        service.Failpoints.OnHit = point =>
            point == "command.committed" && Interlocked.Increment(ref lost) == 1
                ? throw new NpgsqlException("the answer was lost")
                : ValueTask.CompletedTask;
    }

    private async Task<ServiceHost> ReplicaAsync(string service) =>
        await ServiceHost.StartAsync(
            TaxiSystem.Declaration.Services.First(s => s.FullName == service),
            new ServiceEnvironment
            {
                ConnectionString = new NpgsqlConnectionStringBuilder(await postgres.ServerAsync())
                {
                    Database = taxi.Prefix + service.Replace('.', '_'),
                    MaxPoolSize = 8,
                }.ToString(),
                Transport = new LocalTransport(),
                Topic = "taxi",
                Publishers = TaxiSystem.Declaration.Publishers,
                Configuration = new ConfigurationBuilder()
                    .AddInMemoryCollection([KeyValuePair.Create<string, string?>("Mannam:Taxi:Catch:PaymentTimeout", "10000")])
                    .Build(),
                InProcess = peer => new InProcessHandler(() => taxi.Machine[peer].Server),
                RunLoops = false,
            },
            TestContext.Current.CancellationToken
        );
}
