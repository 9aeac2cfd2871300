using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Insurance;
using Mannam.Insurance.Events;
using Mannam.Insurance.Underwriting;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Mannam.Tests.Chassis.Counting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Insurance;

/// <summary>The underwriter with the fewest open cases gets the next one, also for concurrent applications in one batch or on two replicas.</summary>
public sealed class FewestOpenCasesTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly EventSerializer FromSubscription = new(
        "/insurance/subscription",
        Conventions.JsonContextOf(typeof(PaymentIdConfirmed)),
        TimeProvider.System
    );
    private readonly Dealt[] _dealt = [new(0), new(1)];
    private readonly ServiceHost[] _replicas = new ServiceHost[2];
    private string _database = "";

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        for (var i = 0; i < 2; i++)
            _replicas[i] = await StartAsync(_dealt[i]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
            await replica.DisposeAsync();
    }

    private Task<ServiceHost> StartAsync(Dealt dealt) =>
        ServiceHost.StartAsync(
            UnderwritingService.Declaration,
            new ServiceEnvironment
            {
                ConnectionString = _database,
                Transport = dealt,
                Topic = "insurance",
                Publishers = InsuranceSystem.Declaration.Publishers,
                Configuration = new ConfigurationBuilder()
                    .AddInMemoryCollection([KeyValuePair.Create<string, string?>("Mannam:Insurance:Underwriting:Pool", "30, 10, 20")])
                    .Build(),
                InProcess = _ => null,
                Replicated = true,
                RunLoops = false,
            },
            TestContext.Current.CancellationToken
        );

    private void Paid(int replica, params long[] applications)
    {
        foreach (var id in applications)
            _dealt[replica].Deal(FromSubscription, id, new PaymentIdConfirmed { SubscriptionId = id, PaymentId = id });
    }

    private void Cancelled(int replica, long id) =>
        _dealt[replica].Deal(FromSubscription, id, new CancelRequested { SubscriptionId = id, PaymentId = id });

    private Task<bool> HandleAsync(int replica) => _replicas[replica].Loops["consumer"].StepAsync(TestContext.Current.CancellationToken);

    private async Task<string?> AskAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() as string;
    }

    private Task<string?> AssignedAsync() =>
        AskAsync("select string_agg(underwriter_id::text, ' ' order by key) from underwritings where underwriting_id is not null");

    [Fact]
    public async Task Applications_of_one_batch_count_each_other_and_the_lowest_id_wins_a_tie()
    {
        Paid(0, 1, 2, 3, 4, 5, 6, 7);
        await HandleAsync(0);
        Assert.Equal("10 20 30 10 20 30 10", await AssignedAsync());
    }

    [Fact]
    public async Task A_withdrawn_or_decided_case_does_not_count_as_open()
    {
        Paid(0, 1, 2, 3);
        Cancelled(0, 2);
        Paid(0, 4, 5);
        await HandleAsync(0);
        Assert.Equal("10 20 30 20 10", await AssignedAsync());
        await AskAsync("update underwritings set status = 'approveSubscription' where key = 3");
        Paid(0, 6);
        await HandleAsync(0);
        Assert.Equal("10 20 30 20 10 30", await AssignedAsync());
    }

    [Fact]
    public async Task The_second_of_two_concurrent_applications_counts_the_first()
    {
        var hold = _replicas[0].Failpoints.HoldOnceAt("consumer.committing");
        Paid(0, 1);
        Paid(1, 2);
        var first = HandleAsync(0);
        await hold.Reached;
        var second = HandleAsync(1);
        await IsWaitingAsync(second);
        hold.Release();
        await Task.WhenAll(first, second);
        Assert.Equal("10 20", await AssignedAsync());
        Assert.Equal("0", await AskAsync("select count(*)::text from waiting"));
    }

    [Fact]
    public async Task A_rolled_back_assignment_does_not_count_and_the_next_one_follows()
    {
        _replicas[0].Failpoints.FailOnceAt("consumer.committing");
        Paid(0, 1);
        Paid(1, 2);
        // The batch fails, and its event is handled again alone.
        await HandleAsync(0);
        await HandleAsync(1);
        Assert.Equal("10 20", await AssignedAsync());
    }

    [Fact]
    public async Task An_assignment_in_turn_uses_no_connection_of_requests()
    {
        var requests = _replicas[0].Services.GetRequiredService<NpgsqlDataSource>();
        var taken = new List<NpgsqlConnection>();
        for (var i = 0; i < ConnectionPools.OfSharedCommits.Commands; i++)
            taken.Add(await requests.OpenConnectionAsync(TestContext.Current.CancellationToken));
        Paid(0, 1);
        await HandleAsync(0);
        foreach (var connection in taken)
            await connection.DisposeAsync();
        Assert.Equal("10", await AssignedAsync());
        Assert.Equal("1", await AskAsync("select underwriting_id::text from underwritings"));
    }

    [Fact]
    public async Task Two_replicas_at_once_keep_underwriters_within_one_case_of_each_other()
    {
        for (var round = 0; round < 5; round++)
        {
            for (var i = 1; i <= 10; i++)
            {
                Paid(0, round * 20 + i);
                Paid(1, round * 20 + 10 + i);
            }
            await Task.WhenAll(HandleAsync(0), HandleAsync(1));
        }
        Assert.Equal(
            "33 33 34",
            await AskAsync(
                "select string_agg(n::text, ' ' order by n) from (select count(*) n from underwritings group by underwriter_id) counts"
            )
        );
    }

    // Waits until the second command queues for the lock in the database.
    private async Task IsWaitingAsync(Task<bool> waiting)
    {
        const string queued =
            "select count(*)::text from pg_locks where locktype = 'advisory' and not granted "
            + "and database = (select oid from pg_database where datname = current_database())";
        for (var end = DateTime.UtcNow.AddSeconds(30); await AskAsync(queued) == "0"; )
        {
            Assert.True(DateTime.UtcNow < end && !waiting.IsCompleted, "no command waits for the lock");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        Assert.False(waiting.IsCompleted);
    }
}
