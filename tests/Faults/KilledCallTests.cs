using Mannam.Host;
using Mannam.Simulation.Lessons;
using Mannam.Tests.Host;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Faults;

/// <summary>A policy that calls (<c>WheneverCalls</c>), in a process of its own that is killed before and after the call. After the restart the call has had one
/// effect, and was decided on once.</summary>
public sealed class KilledCallTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly Installed _installed = new() { Program = Path.Combine(AppContext.BaseDirectory, "mannam-faults.dll") };
    private readonly Dictionary<string, string> _databases = [];

    public async ValueTask InitializeAsync()
    {
        foreach (var name in (string[])["lessons", "lessons.desk", "lessons.teacher"])
            _databases[name] = await postgres.CreateDatabaseAsync();
    }

    public ValueTask DisposeAsync() => _installed.DisposeAsync();

    [Theory]
    // Between the commit of the event and the call.
    [InlineData("lessons.desk/command.committed#2")]
    [InlineData("lessons.desk/consumer.committed#2")]
    [InlineData("lessons.desk/due.CancelOrdered.claimed")]
    // Between the answer and the transaction of the decision, and after it.
    [InlineData("lessons.teacher/command.committed")]
    [InlineData("lessons.desk/due.CancelOrdered.done")]
    [InlineData("lessons.desk/command.committing#3")]
    [InlineData("lessons.desk/command.committed#3")]
    public async Task Killed_before_or_after_a_policys_call_there_is_one_effect_after_the_restart(string point)
    {
        _installed.KillAt = point;
        var killed = await StartAsync();
        var id = (long)(await killed.Http.AskAsync("POST orders", """{"teacher":"Kim"}""").Gives(201)).Json["orderId"]!;
        await UntilAsync(killed.Http, id, "CONFIRMED");
        try
        {
            await killed.Http.AskAsync($"POST orders/{id}/cancel");
        }
        catch (HttpRequestException)
        {
            // It died before it could answer.
        }
        Assert.Equal(128 + Posix.KillAtOnce, (await killed.EndAsync()).Status);

        _installed.KillAt = null;
        await ExecuteAsync("lessons.desk", "update due set at = now() where key <> 0");
        var restarted = await StartAsync();
        await UntilAsync(restarted.Http, id, Order.Canceled);
        await AtRestAsync();

        Assert.Equal(Lesson.Canceled, (await restarted.Http.AskAsync($"GET lessons/{id}").Gives(200)).At("status"));
        foreach (var once in (string[])[nameof(CancelOrdered), nameof(LessonCanceled), nameof(OrderCanceled)])
            Assert.Equal(
                1L,
                await ExecuteAsync("lessons", $"select count(distinct headers->>'ce_id') from log where headers->>'ce_type' = '{once}'")
            );
        Assert.Equal("1", (await restarted.Http.AskAsync($"GET orders/{id}").Gives(200)).At("asked"));
        await restarted.EndAsync(Posix.Interrupt);
    }

    private async Task<Running> StartAsync()
    {
        var port = OutputTests.FreePort();
        var process = _installed.Begin([
            "lessons",
            "--urls",
            $"http://127.0.0.1:{port}",
            .. _databases.Select(d => $"--ConnectionStrings:{d.Key}={d.Value}"),
        ]);
        await process.ReadyAtAsync(port);
        return process;
    }

    private static async Task UntilAsync(HttpClient http, long id, string status)
    {
        while ((await http.AskAsync($"GET orders/{id}").Gives(200)).At("status") != status)
            await Task.Delay(20, TestContext.Current.CancellationToken);
    }

    private async Task AtRestAsync()
    {
        foreach (var service in (string[])["lessons.desk", "lessons.teacher"])
        {
            while (
                await ExecuteAsync(service, "select (select count(*) from outbox) + (select count(*) from due where key <> 0)") is not 0L
            )
                await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private async Task<object?> ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(_databases[database] + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
