using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>Guarantee 10: stored messages do not wait for a time that a wrong clock wrote.</summary>
public sealed class WrongClocksTests(PostgresFixture postgres) : WaitingTestsBase(postgres)
{
    private static readonly TimeSpan Hours = TimeSpan.FromHours(5);
    private readonly List<string> _done = [];

    private Task<ServiceHost> StartAsync(string service, TimeSpan ahead) => World.StartAsync(service, time: new Wall(ahead));

    private void Remembers() =>
        World.System.Remind = (reminder, _) =>
        {
            _done.Add(reminder.Text);
            return Task.CompletedTask;
        };

    private static Task<CommandResult<Counter>> OweAsync(ServiceHost counter) =>
        counter.Counters().DecideAsync(1, c => c.Remind("hello"), MessageContext.Internal());

    [Fact]
    public async Task A_message_scheduled_by_a_replica_hours_ahead_is_done_by_another()
    {
        Remembers();
        await OweAsync(await StartAsync("counter", Hours));

        await (await StartAsync("counter", TimeSpan.Zero)).DoDueAsync();

        Assert.Equal(["hello"], _done);
    }

    [Fact]
    public async Task A_due_message_is_done_after_the_clock_was_set_back()
    {
        Remembers();
        var wall = new Wall(Hours);
        var counter = await World.StartAsync("counter", time: wall);
        await OweAsync(counter);

        wall.IsAhead = -Hours;
        await counter.DoDueAsync();

        Assert.Equal(["hello"], _done);
    }

    [Fact]
    public async Task A_message_claimed_by_a_dead_replica_hours_ahead_is_done_by_another()
    {
        Remembers();
        var ahead = await StartAsync("counter", Hours);
        await OweAsync(ahead);
        ahead.Failpoints.FailOnceAt("due.Reminder.claimed");
        await Assert.ThrowsAsync<FailedAtException>(ahead.DoDueAsync);
        await World.StopAsync(ahead);

        await (await StartAsync("counter", TimeSpan.Zero)).DoDueAsync();

        Assert.Equal(["hello"], _done);
    }

    [Fact]
    public async Task A_message_not_yet_due_waits_even_if_clocks_differ_a_little()
    {
        Remembers();
        await OweAsync(await StartAsync("counter", TimeSpan.FromSeconds(4)));

        await (await StartAsync("counter", TimeSpan.Zero)).DoDueAsync();

        Assert.Empty(_done);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task A_waiting_event_is_handled_after_the_clock_was_set_forward_or_back(int hours)
    {
        var ill = true;
        FailAt(1, 1, () => ill ? new InvalidOperationException("ill") : null);
        var wall = new Wall(TimeSpan.Zero);
        var ledger = await World.StartAsync("ledger", time: wall);
        await PublishAsync(Event(1, 1), Event(1, 2));
        await ledger.HandleAllAsync();
        ill = false;

        wall.IsAhead = TimeSpan.FromHours(hours);
        await ledger.DrainAllAsync();

        Assert.Equal("1 2", await World.LedgerAsync(1));
    }

    [Fact]
    public async Task Idempotency_keys_recorded_in_the_future_are_kept_for_a_day_from_now()
    {
        var counter = await World.StartAsync("counter", time: Clock);
        await World.AskAsync<object>(
            "counter",
            $"insert into idempotency (id, body, request, created) values ('a', 'b', gen_random_uuid(), '{Clock.GetUtcNow() + Hours:O}')"
        );
        Task<long> LeftAsync() => World.AskAsync<long>("counter", "select count(*) from idempotency");

        await counter.DoDueAsync();
        Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1));
        await counter.DoDueAsync();
        Assert.Equal(1, await LeftAsync());
        Clock.Advance(TimeSpan.FromMinutes(2));
        await counter.DoDueAsync();
        Assert.Equal(0, await LeftAsync());
    }

    [Fact]
    public async Task Inbox_rows_whose_ids_carry_a_wrong_time_are_removed_too()
    {
        var counter = await World.StartAsync("counter", time: Clock);
        var handled = Clock.GetUtcNow();
        foreach (
            var id in new[] { Guid.CreateVersion7(handled.AddYears(50)), Guid.CreateVersion7(DateTimeOffset.UnixEpoch), Guid.NewGuid() }
        )
            await World.AskAsync<object>("counter", $"insert into inbox values ('{id}', '{handled:O}')");

        Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMinutes(1));
        await counter.DoDueAsync();
        Assert.Equal(3, await World.AskAsync<long>("counter", "select count(*) from inbox"));
        Clock.Advance(TimeSpan.FromHours(1));
        await counter.DoDueAsync();
        Assert.Equal(0, await World.AskAsync<long>("counter", "select count(*) from inbox"));
    }
}
