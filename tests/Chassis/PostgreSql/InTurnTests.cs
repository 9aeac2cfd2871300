using Mannam.Abstractions;
using Mannam.Messaging;
using Mannam.Simulation.Lessons;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.PostgreSql;

/// <summary>A command in turn may read the service's other sagas before it decides. No other command in turn runs meanwhile.</summary>
public sealed class InTurnTests(PostgresFixture postgres) : LessonsTests(postgres)
{
    private const string Queued =
        "select count(*) from pg_locks where locktype = 'advisory' and not granted "
        + "and database = (select oid from pg_database where datname = current_database())";

    [Fact]
    public async Task The_second_of_two_commands_in_turn_sees_the_first_across_replicas()
    {
        var (one, other) = (await StartAsync(), await StartAsync());
        await ScheduleAsync(one, 1, 1);
        await ScheduleAsync(one, 2, 2);
        var hold = one.Failpoints.HoldOnceAt("locked.committing");

        var first = LaterAsync(one, 1);
        await hold.Reached;
        // On a busy machine it may have to wait for longer than a command waits: then it is repeated.
        var second = RepeatAsync(() => LaterAsync(other, 2));
        await UntilAsync(async () => await World.AskAsync<long>("teacher", Queued) == 1);
        hold.Release();
        await Task.WhenAll(first, second);

        Assert.Null((await first).Refusal);
        Assert.Equal("1 at 3, 2 at 4", await HoursAsync());
    }

    [Fact]
    public async Task Commands_in_turn_on_two_replicas_never_take_the_same_hour()
    {
        var replicas = new[] { await StartAsync(), await StartAsync() };
        for (var id = 1; id <= 20; id++)
            await ScheduleAsync(replicas[0], id, id);

        // Without the constraint only the turn keeps them apart.
        await World.AskAsync<object>("teacher", "drop index lessons_one_an_hour");

        await Task.WhenAll(Enumerable.Range(1, 20).Select(id => RepeatAsync(() => LaterAsync(replicas[id % 2], id))));

        Assert.Equal(20, await World.AskAsync<long>("teacher", "select count(distinct hour) from lessons"));
    }

    [Fact]
    public async Task Commands_that_wait_for_their_turn_leave_connections_to_others()
    {
        var teacher = await StartAsync();
        // Each of another saga: they have nothing in common but the turn.
        for (var id = 1; id <= 22; id++)
            await ScheduleAsync(teacher, id, id);
        var hold = teacher.Failpoints.HoldOnceAt("locked.committing");

        var waiting = Enumerable.Range(3, 20).Select(id => LaterAsync(teacher, id)).ToList();
        await hold.Reached;
        var moved = await MoveAsync(teacher, 2, 50);
        hold.Release();
        await Task.WhenAll(waiting);

        Assert.Equal(50, moved.State.Hour);
        Assert.All(waiting, w => Assert.Null(w.Result.Refusal));
    }

    [Fact]
    public async Task A_command_refused_in_turn_changes_nothing_and_the_next_one_follows()
    {
        var teacher = await StartAsync();

        var refused = await LaterAsync(teacher, 7);
        await ScheduleAsync(teacher, 7, 1);
        var moved = await LaterAsync(teacher, 7);

        Assert.Equal(RefusalKind.NotFound, refused.Refusal?.Kind);
        Assert.Equal(2, moved.State.Hour);
    }

    [Fact]
    public async Task A_command_in_turn_has_one_effect_even_if_its_connection_is_cut()
    {
        var wire = await World.WireAsync("teacher");
        var teacher = await World.StartAsync(TeacherService.Declaration, database: wire.ConnectionString);
        await ScheduleAsync(teacher, 1, 1);
        var cut = Task.CompletedTask;
        teacher.Failpoints.RunAt("locked.committing", () => cut = cut == Task.CompletedTask ? wire.CutAtNextBatch() : cut);

        // When the command is decided again, the lesson has the requested hour already.
        await Lessons(teacher)
            .DecideInTurnAsync<TeacherDb, int>(1, db => db.FreeHourAsync("Lee", 5), (l, hour) => l.Move(hour), MessageContext.Internal());
        await cut;

        Assert.Equal("1 at 5", await HoursAsync());
        Assert.Equal(2, await World.AskAsync<int>("teacher", "select version from lessons"));
    }

    // If others hold the turn for too long, the command fails as busy and is repeated.
    private static async Task RepeatAsync(Func<Task> command)
    {
        while (await Record.ExceptionAsync(command) is { } e)
            Assert.True(StoreFailures.IsBlocked(e), $"{e}");
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var end = DateTime.UtcNow.AddSeconds(30); !await holds(); await Task.Delay(5, Ct))
            Assert.True(DateTime.UtcNow < end);
    }
}
