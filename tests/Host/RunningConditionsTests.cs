using System.Text.Json.Nodes;
using Mannam.Host;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>What the program and its connections are started with, and nobody would notice if it were misspelt.</summary>
public sealed class RunningConditionsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task The_program_runs_on_the_workstations_collector_and_its_idle_threads_sleep()
    {
        var text = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "mannam.runtimeconfig.json"),
            TestContext.Current.CancellationToken
        );

        var configured = JsonNode.Parse(text)!["runtimeOptions"]!["configProperties"]!;

        Assert.False((bool)configured["System.GC.Server"]!);
        Assert.Equal(0, (int)configured["System.Threading.ThreadPool.UnfairSemaphoreSpinLimit"]!);
    }

    [Fact]
    public async Task A_session_whose_process_stands_still_in_a_transaction_is_ended_and_plans_once_to_read_no_whole_table()
    {
        var databases = new Databases(await postgres.ServerAsync(), "conditions_");
        await databases.EnsureAsync([databases.NameOf("taxi.catch")], 1, TestContext.Current.CancellationToken);
        await using var source = NpgsqlDataSource.Create(databases.Service("taxi.catch"));
        await using var command = source.CreateCommand(
            "select current_setting('idle_in_transaction_session_timeout') || ', ' || current_setting('enable_seqscan') || ', ' || current_setting('plan_cache_mode')"
        );

        Assert.Equal("30s, off, force_generic_plan", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }
}
