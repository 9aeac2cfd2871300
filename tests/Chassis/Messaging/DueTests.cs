using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>Guarantee 10: due messages are executed.</summary>
public sealed class DueTests(PostgresFixture postgres) : CountingTests(postgres)
{
    private readonly Clock _clock = new();
    private readonly List<string> _done = [];

    private async Task<ServiceHost> StartAsync()
    {
        World.System.Remind = (reminder, _) => RemindAsync(reminder);
        return await World.StartAsync("counter", time: _clock);
    }

    private Task RemindAsync(Reminder reminder)
    {
        lock (_done)
            _done.Add(reminder.Text);
        return Task.CompletedTask;
    }

    private static Task<CommandResult<Counter>> OweAsync(ServiceHost counter, string text = "hello") =>
        counter.Counters().DecideAsync(1, c => c.Remind(text), MessageContext.Internal());

    [Fact]
    public async Task A_scheduled_message_is_done_once_when_due_and_not_before()
    {
        var counter = await StartAsync();
        await OweAsync(counter);
        await World.AskAsync<object>("counter", "update due set at = at + interval '1 hour'");

        await counter.DoDueAsync();
        Assert.Empty(_done);
        _clock.Advance(TimeSpan.FromHours(1));
        await counter.DoDueAsync();
        await counter.DoDueAsync();

        Assert.Equal(["hello"], _done);
        Assert.Equal(0, await World.AskAsync<long>("counter", "select count(*) from due where key = 1"));
    }

    [Fact]
    public async Task One_step_takes_a_limited_number_of_due_messages_with_any_statistics()
    {
        var counter = await StartAsync();
        await OweAsync(counter);
        // With these statistics PostgreSQL would run a subquery once per compared row.
        await World.AskAsync<object>("counter", "delete from due where key <> 1; analyze due");
        for (var i = 0; i < 40; i++)
            await OweAsync(counter, $"{i}");

        await counter.DoDueAsync();

        Assert.InRange(_done.Count, 1, 16);
    }

    [Fact]
    public async Task The_inbox_forgets_a_handled_event_after_thirty_days_and_not_before()
    {
        var counter = await StartAsync();
        await counter.DoDueAsync();
        var handled = Guid.CreateVersion7(_clock.GetUtcNow());
        await World.AskAsync<object>("counter", $"insert into inbox values ('{handled}', '{_clock.GetUtcNow():O}')");

        _clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMinutes(1));
        await counter.DoDueAsync();
        Assert.Equal(1, await World.AskAsync<long>("counter", "select count(*) from inbox"));
        _clock.Advance(TimeSpan.FromMinutes(2));
        await counter.DoDueAsync();
        Assert.Equal(0, await World.AskAsync<long>("counter", "select count(*) from inbox"));
    }

    [Fact]
    public async Task Many_old_inbox_rows_are_removed_in_small_steps_with_pauses()
    {
        var counter = await StartAsync();
        await counter.DoDueAsync();
        var handled = _clock.GetUtcNow() - TimeSpan.FromDays(31);
        await World.AskAsync<object>(
            "counter",
            $"""
            insert into inbox select (lpad(to_hex({handled.ToUnixTimeMilliseconds()} + n), 12, '0') || '70008000000000000000')::uuid, '{handled:O}'
            from generate_series(1, 1500) n
            """
        );
        Task<long> LeftAsync() => World.AskAsync<long>("counter", "select count(*) from inbox");

        _clock.Advance(TimeSpan.FromMinutes(1));
        await counter.DoDueAsync();
        Assert.Equal(500, await LeftAsync());
        await counter.DoDueAsync();
        Assert.Equal(500, await LeftAsync());
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        await counter.DoDueAsync();
        Assert.Equal(0, await LeftAsync());
    }

    [Fact]
    public async Task A_scheduled_message_is_stored_with_its_decision_or_not_at_all()
    {
        var counter = await StartAsync();
        counter.Failpoints.FailOnceAt("command.committing");

        await Assert.ThrowsAsync<FailedAtException>(() => OweAsync(counter));

        Assert.Equal(0, await World.AskAsync<long>("counter", "select count(*) from due where key = 1"));
    }

    [Fact]
    public async Task A_due_message_is_retried_with_growing_pauses_until_it_succeeds()
    {
        var counter = await StartAsync();
        var attempts = new List<DateTimeOffset>();
        World.System.Remind = (reminder, _) =>
        {
            attempts.Add(_clock.GetUtcNow());
            return attempts.Count < 12 ? throw new FormatException("not yet") : RemindAsync(reminder);
        };
        await OweAsync(counter);

        for (var i = 0; i < 2000 && _done.Count == 0; i++)
        {
            await counter.DoDueAsync();
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(["hello"], _done);
        var pauses = attempts.Zip(attempts.Skip(1), (before, after) => after - before).ToList();
        Assert.Equal(pauses.Order(), pauses);
        Assert.True(pauses[0] < TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(10), pauses[^1]);
    }

    [Fact]
    public async Task A_scheduled_message_survives_a_restart()
    {
        var counter = await StartAsync();
        await OweAsync(counter);
        await World.StopAsync(counter);

        var again = await StartAsync();
        await again.DoDueAsync();

        Assert.Equal(["hello"], _done);
    }

    [Theory]
    [InlineData("due.Reminder.claimed", 1)]
    [InlineData("due.Reminder.done", 2)]
    public async Task A_due_message_is_due_again_when_its_lease_expires(string point, int times)
    {
        var killed = await StartAsync();
        await OweAsync(killed);
        killed.Failpoints.FailOnceAt(point);
        await Assert.ThrowsAsync<FailedAtException>(killed.DoDueAsync);
        await World.StopAsync(killed);

        var again = await StartAsync();
        await again.DoDueAsync();
        Assert.Equal(times - 1, _done.Count);
        _clock.Advance(Scheduler.Lease);
        await again.DoDueAsync();

        Assert.Equal(times, _done.Count);
    }

    [Fact]
    public async Task Two_replicas_do_not_execute_a_due_message_at_the_same_time()
    {
        var first = await StartAsync();
        var second = await StartAsync();
        await OweAsync(first);
        var hold = first.Failpoints.HoldOnceAt("due.Reminder.claimed");

        var doing = first.DoDueAsync();
        await hold.Reached;
        await second.DoDueAsync();
        Assert.Empty(_done);
        hold.Release();
        await doing;
        await second.DoDueAsync();

        Assert.Equal(["hello"], _done);
    }

    [Fact]
    public async Task Two_replicas_execute_each_of_many_due_messages_once()
    {
        var replicas = new[] { await StartAsync(), await StartAsync() };
        for (var i = 0; i < 60; i++)
            await OweAsync(replicas[0], $"{i}");

        await Task.WhenAll(
            replicas.Select(async replica =>
            {
                while (await replica.DoDueAsync()) { }
            })
        );
        await replicas[0].DoDueAsync();

        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"{i}").Order(), _done.Order());
    }
}
