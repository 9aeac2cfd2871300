using Mannam.Host;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Host;

public sealed class PrivatePostgresTests : IAsyncLifetime
{
    // CreateTempSubdirectory uses mode 700. For root this closes the folder to the account that PostgreSQL runs as.
    private readonly string folder = Directory.CreateTempSubdirectory("mannam test ").FullName;
    private readonly List<PrivatePostgres> started = [];
    private readonly List<string> socketFolders = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(folder, ".mannam");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var postgres in started)
            await postgres.DisposeAsync();
        foreach (var sockets in socketFolders.Where(Directory.Exists))
            Directory.Delete(sockets, recursive: true);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_private_PostgreSQL_starts_in_a_closed_folder_with_enough_connections()
    {
        var postgres = await StartAsync(Data, 37);

        Assert.False(postgres.Adopted);
        Assert.True(PrivatePostgres.IsRunning(Data));
        Assert.True(await AskAsync<int>(postgres, "select current_setting('max_connections')::int") >= 37);
        Assert.Equal(
            "on on",
            await AskAsync<string>(postgres, "select current_setting('fsync') || ' ' || current_setting('synchronous_commit')")
        );
        Assert.Equal("UTF8", await AskAsync<string>(postgres, "select current_setting('server_encoding')"));
    }

    [Fact]
    public async Task A_private_PostgreSQL_listens_only_on_a_socket_closed_to_other_accounts()
    {
        var postgres = await StartAsync(Data, 10);

        Assert.Equal("", await AskAsync<string>(postgres, "select current_setting('listen_addresses')"));
        Assert.True(Posix.Identify(PrivatePostgres.SocketFolder(Data))!.Value.IsClosed);
        Assert.True(Posix.Identify(Path.Combine(Data, "postgres"))!.Value.IsClosed);
    }

    [Fact]
    public async Task A_PostgreSQL_left_running_by_a_killed_program_is_taken_over()
    {
        var left = await StartAsync(Data, 10);
        await AskAsync<object>(left, "create table kept as select 1 as id");

        var postgres = await StartAsync(Data, 10);

        Assert.True(postgres.Adopted);
        Assert.Equal(left.ProcessId, postgres.ProcessId);
        Assert.Equal(1, await AskAsync<int>(postgres, "select id from kept"));
    }

    [Fact]
    public async Task A_PostgreSQL_left_running_with_too_few_connections_is_restarted()
    {
        var left = await StartAsync(Data, 10);

        var postgres = await StartAsync(Data, 50);

        Assert.False(postgres.Adopted);
        Assert.NotEqual(left.ProcessId, postgres.ProcessId);
        Assert.True(await AskAsync<int>(postgres, "select current_setting('max_connections')::int") >= 50);
    }

    [Fact]
    public async Task Commits_survive_a_kill_of_the_server_even_while_a_statement_runs()
    {
        var killed = await StartAsync(Data, 10);
        await AskAsync<object>(killed, "create table kept as select 1 as id");
        var statement = AskAsync<object>(killed, "select pg_sleep(600)");
        while (await AskAsync<long>(killed, "select count(*) from pg_stat_activity where wait_event = 'PgSleep'") == 0)
            await Task.Yield();
        Posix.Signal(killed.ProcessId, Posix.KillAtOnce);

        var postgres = await StartAsync(Data, 10);

        Assert.False(postgres.Adopted);
        Assert.Equal(1, await AskAsync<int>(postgres, "select id from kept"));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => statement);
    }

    [Fact]
    public async Task A_process_that_reuses_the_servers_process_id_is_not_taken_for_it()
    {
        var postgres = await StartAsync(Data, 10);
        await postgres.StopAsync();
        var file = Path.Combine(Data, "postgres", "postmaster.pid");
        await File.WriteAllTextAsync(
            file,
            $"{Environment.ProcessId}\n{Path.Combine(Data, "postgres")}\n1\n5432\n/nowhere\n\n1 1\nready\n",
            Ct
        );

        Assert.False(PrivatePostgres.IsRunning(Data));
        postgres = await StartAsync(Data, 10);

        Assert.Equal(1, await AskAsync<int>(postgres, "select 1"));
    }

    [Fact]
    public async Task A_path_too_long_for_a_socket_always_gets_the_same_folder_in_tmp()
    {
        var data = Path.Combine(folder, new string('만', 40), ".mannam");

        var postgres = await StartAsync(data, 10);

        Assert.Equal(1, await AskAsync<int>(postgres, "select 1"));
        Assert.StartsWith("/tmp/mannam-", PrivatePostgres.SocketFolder(data), StringComparison.Ordinal);
        Assert.Equal(PrivatePostgres.SocketFolder(data), PrivatePostgres.SocketFolder(data + "/"));
    }

    [Fact]
    public void A_socket_folder_that_others_can_enter_is_refused()
    {
        var run = Directory.CreateDirectory(Path.Combine(Data, "run"));
        // The mode is set explicitly, so a umask of 077 does not matter.
        run.UnixFileMode |= UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

        Assert.Throws<InvalidOperationException>(() => PrivatePostgres.SocketFolder(Data));
    }

    [Fact]
    public async Task Two_concurrent_starts_end_with_one_PostgreSQL()
    {
        var both = await Task.WhenAll(StartAsync(Data, 10), StartAsync(Data, 10));

        Assert.Equal(both[0].ProcessId, both[1].ProcessId);
        Assert.Single(both, postgres => postgres.Adopted);
    }

    [Fact]
    public async Task A_stopped_PostgreSQL_leaves_no_process_and_no_unfinished_cluster()
    {
        var postgres = await StartAsync(Data, 10);
        await AskAsync<int>(postgres, "select 1");

        await postgres.StopAsync();

        Assert.False(PrivatePostgres.IsRunning(Data));
        Assert.DoesNotContain(
            Directory.EnumerateDirectories("/proc"),
            process => CommandLine(process).Contains(Data, StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            Directory.EnumerateDirectories(Data),
            name => Path.GetFileName(name).StartsWith("postgres.new", StringComparison.Ordinal)
        );
        await postgres.StopAsync();
    }

    private async Task<PrivatePostgres> StartAsync(string data, int connections)
    {
        var postgres = await PrivatePostgres.StartAsync(
            data,
            connections,
            line => TestContext.Current.TestOutputHelper?.WriteLine(line),
            Ct
        );
        lock (started)
        {
            started.Add(postgres);
            socketFolders.Add(PrivatePostgres.SocketFolder(data));
        }
        return postgres;
    }

    // Empty for a zombie process that init has not reaped yet.
    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static async Task<T?> AskAsync<T>(PrivatePostgres postgres, string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false;Command Timeout=0");
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T?)await command.ExecuteScalarAsync(Ct);
    }
}
