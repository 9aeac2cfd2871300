using Mannam.Messaging;
using Mannam.PostgreSql;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Chassis.PostgreSql;

/// <summary>Concurrent commands share a commit, but neither failures nor conflicts.</summary>
public sealed class SharedCommitTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private NpgsqlDataSource _database = null!;
    private GroupCommit _commits = null!;

    public async ValueTask InitializeAsync()
    {
        // As in services: a statement that is used twice is prepared.
        _database = NpgsqlDataSource.Create($"{await postgres.CreateDatabaseAsync()};Max Auto Prepare=64;Auto Prepare Min Usages=2");
        _commits = new GroupCommit(_database, new KeyedLimiter(3));
        await new Schema(("chassis", typeof(Schema).Assembly, "Mannam.PostgreSql.Chassis.sql")).ApplyAsync(_database, Ct);
        await ExecuteAsync("create table sagas (key bigint primary key, version int not null, told text unique)");
    }

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Commands_that_arrive_during_a_commit_share_the_next_commit()
    {
        var all = await TogetherAsync([.. Enumerable.Range(1, 9).Select(key => Inserting(key))]);

        Assert.All(all, failure => Assert.Null(failure));
        Assert.Equal(9, await NumberAsync("select count(*) from sagas"));
        // The first command commits alone, because no other has arrived yet.
        Assert.Equal(2, await NumberAsync("select count(distinct xmin::text) from sagas"));
    }

    [Fact]
    public async Task A_refused_command_in_a_shared_commit_is_refused_alone_and_whole()
    {
        await ExecuteAsync("insert into sagas values (70, 1, 'taken')");
        var half = Inserting(3);
        half.Add(Insert(4, "taken"));

        var all = await TogetherAsync([Inserting(1), Inserting(2), half, Inserting(5)]);

        Assert.Null(all[0]);
        Assert.Null(all[1]);
        Assert.True(StoreFailures.IsDuplicate(Assert.IsType<PostgresException>(all[2])));
        Assert.Null(all[3]);
        Assert.Equal("1 2 5 70", await KeysAsync());
    }

    [Fact]
    public async Task Many_refusals_in_shared_commits_leave_every_connection_usable()
    {
        await ExecuteAsync("insert into sagas values (70, 1, 'taken')");

        // In parallel, so that commits use different connections.
        await Task.WhenAll(
            Enumerable
                .Range(1, 8)
                .Select(async lane =>
                {
                    var commits = new GroupCommit(_database, new KeyedLimiter(3));
                    for (var round = 0; round < 25; round++)
                    {
                        var key = lane * 1000 + round * 10;
                        var half = Inserting(key + 1);
                        half.Add(Insert(key + 2, "taken"));
                        StatementBatch[] several = [Inserting(key + 3), Inserting(key + 4), half, Inserting(key + 5)];
                        var all = await Task.WhenAll(several.Select(s => Record.ExceptionAsync(() => commits.CommitAsync(s)).AsTask()));
                        Assert.True(StoreFailures.IsDuplicate(Assert.IsType<PostgresException>(all[2])));
                        Assert.Equal([null, null, null], [all[0], all[1], all[3]]);
                    }
                })
        );

        Assert.Equal(1 + 8 * 25 * 3, await NumberAsync("select count(*) from sagas"));
    }

    [Fact]
    public async Task An_outdated_command_in_a_shared_commit_fails_alone()
    {
        await ExecuteAsync("insert into sagas values (70, 4, null), (71, 4, null)");

        var all = await TogetherAsync([Inserting(1), Updating(70, expected: 3), Updating(71, expected: 4), Inserting(2)]);

        Assert.Null(all[0]);
        Assert.True(StoreFailures.IsConflict(Assert.IsType<PostgresException>(all[1])));
        Assert.Null(all[2]);
        Assert.Null(all[3]);
        Assert.Equal("1 2 70 71", await KeysAsync());
        Assert.Equal(4, await NumberAsync("select version from sagas where key = 70"));
        Assert.Equal(5, await NumberAsync("select version from sagas where key = 71"));
    }

    [Fact]
    public async Task Every_command_of_a_shared_commit_learns_that_the_store_is_away()
    {
        await using var nobody = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=2");
        _commits = new GroupCommit(nobody, new KeyedLimiter(3));

        var all = await TogetherAsync([Inserting(1), Inserting(2), Inserting(3)], held: false);

        Assert.All(all, failure => Assert.True(StoreFailures.IsStoreUnreachable(failure!)));
    }

    // The first command waits for a table lock while the others arrive.
    private async Task<List<Exception?>> TogetherAsync(IReadOnlyList<StatementBatch> several, bool held = true)
    {
        await using var holder = await _database.OpenConnectionAsync(Ct);
        await using var transaction = await holder.BeginTransactionAsync(Ct);
        if (held)
        {
            await using var hold = new NpgsqlCommand("lock table sagas in share mode", holder);
            await hold.ExecuteNonQueryAsync(Ct);
        }
        var committing = several.Select(s => Record.ExceptionAsync(() => _commits.CommitAsync(s)).AsTask()).ToList();
        await transaction.CommitAsync(Ct);
        return [.. await Task.WhenAll(committing).WaitAsync(TimeSpan.FromSeconds(30), Ct)];
    }

    private static StatementBatch Inserting(long key)
    {
        var statements = new StatementBatch(key);
        statements.Add(Insert(key, null));
        return statements;
    }

    private static NpgsqlBatchCommand Insert(long key, string? told) =>
        new("insert into sagas values ($1, 1, $2)")
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = key },
                new NpgsqlParameter<string?> { TypedValue = told },
            },
        };

    private static StatementBatch Updating(long key, int expected)
    {
        var statements = new StatementBatch(key);
        statements.AddUpdate(
            new("update sagas set version = version + 1 where key = $1 and case when version = $2 then true else outdated() end")
            {
                Parameters =
                {
                    new NpgsqlParameter<long> { TypedValue = key },
                    new NpgsqlParameter<int> { TypedValue = expected },
                },
            }
        );
        return statements;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private async Task<long> NumberAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Ct), System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task<string> KeysAsync()
    {
        await using var command = _database.CreateCommand("select string_agg(key::text, ' ' order by key) from sagas");
        return (string)(await command.ExecuteScalarAsync(Ct))!;
    }
}
