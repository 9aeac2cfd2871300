using System.Text.Json.Nodes;
using Mannam.Host;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>Start settings of the program and its connections. A misspelt one would have no visible effect.</summary>
public sealed class RunningConditionsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task The_program_uses_workstation_GC_and_its_idle_threads_do_not_spin()
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
    public async Task A_service_session_sets_its_own_timeouts_and_query_plan_mode()
    {
        await using var source = NpgsqlDataSource.Create(await DatabaseAsync());
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);

        Assert.Equal("30s, off, force_generic_plan, on", await SettingsAsync(connection));
    }

    [Fact]
    public async Task A_relay_session_sets_the_same_and_uses_asynchronous_commit()
    {
        await using var lease = new RelayLock(await DatabaseAsync(), replicated: false, new Signal());

        Assert.Equal(
            "30s, off, force_generic_plan, off",
            await SettingsAsync(await lease.AcquireAsync(TestContext.Current.CancellationToken))
        );
    }

    private async Task<string> DatabaseAsync()
    {
        var databases = new Databases(await postgres.ServerAsync(), "conditions_");
        await databases.EnsureAsync([databases.NameOf("taxi.catch")], 1, TestContext.Current.CancellationToken);
        return databases.Service("taxi.catch");
    }

    private static async Task<object?> SettingsAsync(NpgsqlConnection? session)
    {
        string[] names = ["idle_in_transaction_session_timeout", "enable_seqscan", "plan_cache_mode", "synchronous_commit"];
        await using var command = new NpgsqlCommand(
            $"select concat_ws(', ', {string.Join(", ", names.Select(n => $"current_setting('{n}')"))})",
            session
        );
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
