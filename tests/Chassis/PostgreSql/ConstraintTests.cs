using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;
using Mannam.Simulation.Lessons;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.PostgreSql;

/// <summary>A declared constraint of the store refuses a command that would break it.</summary>
public sealed class ConstraintTests(PostgresFixture postgres) : LessonsTests(postgres)
{
    [Fact]
    public async Task A_command_that_would_break_a_declared_constraint_is_refused()
    {
        var teacher = await StartAsync();
        await ScheduleAsync(teacher, 1, 1);
        await ScheduleAsync(teacher, 2, 2);

        var moved = await MoveAsync(teacher, 2, 1);

        Assert.Equal(new Refusal(RefusalKind.Conflict, Taken), moved.Refusal);
        Assert.Equal((2, 1), (moved.State.Hour, moved.State.Version));
        Assert.Equal("1 at 1, 2 at 2", await HoursAsync());
        Assert.Equal(2, await World.AskAsync<long>("teacher", "select count(*) from outbox"));
    }

    [Fact]
    public async Task A_service_that_declares_a_constraint_its_store_does_not_have_does_not_start()
    {
        var misspelt = ((ServiceDeclaration<Lesson>)TeacherService.Declaration).WithConstraint(
            "lesson_one_an_hour",
            Decision.Conflict(Taken)
        );

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => World.StartAsync(misspelt));

        Assert.Equal(
            "lessons.teacher declares the constraint lesson_one_an_hour (WithConstraint), but its tables have no unique or exclusion constraint and no unique index of that name.",
            refused.Message
        );
        await StartAsync();
    }

    [Fact]
    public async Task A_broken_constraint_is_409_with_the_declared_words_over_HTTP()
    {
        var teacher = await StartAsync();
        await ScheduleAsync(teacher, 1, 1);
        await ScheduleAsync(teacher, 2, 2);
        using var http = new HttpClient(new InProcessHandler(teacher.Server)) { BaseAddress = new Uri("http://localhost/") };

        using var answer = await http.PostAsync("lessons/2/hour/1", null, Ct);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal(Taken, (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>(Ct))!["detail"]);
    }

    [Fact]
    public async Task A_new_aggregate_that_would_break_a_constraint_is_refused()
    {
        var teacher = await StartAsync();
        await ScheduleAsync(teacher, 1, 1);
        var lesson = new Lesson(2);

        var created = await Lessons(teacher).CreateAsync(lesson, MessageContext.Internal(), lesson.Schedule("Kim", 1));

        Assert.Equal(Taken, created.Refusal?.Detail);
        Assert.Equal("1 at 1", await HoursAsync());
    }

    [Fact]
    public async Task One_of_many_concurrent_commands_for_one_hour_wins_the_rest_are_refused()
    {
        var replicas = new[] { await StartAsync(), await StartAsync() };
        var all = await Task.WhenAll(
            Enumerable
                .Range(1, 40)
                .Select(async id =>
                {
                    var lesson = new Lesson(id);
                    // Every fourth command wants the same hour; the others share their commits.
                    var hour = id % 4 == 0 ? 1000 : id;
                    var raised = lesson.Schedule("Kim", hour);
                    return (id, hour, await CreateAsync(replicas[id % 8 / 4], lesson, raised));
                })
        );

        Assert.All(all.Where(a => a.hour < 1000), a => Assert.Null(a.Item3));
        Assert.Equal(9, all.Count(a => a.Item3 == Taken));
        Assert.Equal(31, await World.AskAsync<long>("teacher", "select count(*) from lessons"));
    }

    // With two replicas a command may wait too long for the other's row, or both may deadlock.
    private static async Task<string?> CreateAsync(ServiceHost teacher, Lesson lesson, IMessage[] raised)
    {
        while (true)
        {
            try
            {
                return (await Lessons(teacher).CreateAsync(lesson, MessageContext.Internal(), raised)).Refusal?.Detail;
            }
            catch (Exception e) when (StoreFailures.IsBlocked(e) || StoreFailures.CodeOf(e) == "40P01") { }
        }
    }

    [Fact]
    public async Task A_command_that_met_a_constraint_is_decided_once_more_before_it_is_refused()
    {
        var (teacher, other) = (await StartAsync(), await StartAsync());
        await ScheduleAsync(teacher, 1, 1);
        await ScheduleAsync(teacher, 2, 2);
        var hold = teacher.Failpoints.HoldOnceAt("locked.committing");

        var moving = MoveAsync(teacher, 2, 1);
        await Task.WhenAny(hold.Reached, moving);
        await Lessons(other).DecideAsync(1, l => l.Cancel(), MessageContext.Internal());
        hold.Release();
        var moved = await moving;

        Assert.Equal((null, 1), (moved.Refusal, moved.State.Hour));
    }

    [Fact]
    public async Task A_command_decided_on_an_outdated_state_is_decided_again_before_refusal()
    {
        var (teacher, other) = (await StartAsync(), await StartAsync());
        await ScheduleAsync(teacher, 1, 1);
        await ScheduleAsync(teacher, 2, 2);
        var hold = teacher.Failpoints.HoldOnceAt("command.committing");

        var given = Lessons(teacher)
            .DecideAsync(2, l => l.Status == Lesson.Canceled ? Decision.NoChange : l.Move(1), MessageContext.Internal());
        await hold.Reached;
        await Lessons(other).DecideAsync(2, l => l.Cancel(), MessageContext.Internal());
        hold.Release();

        Assert.Null((await given).Refusal);
    }

    [Fact]
    public async Task A_stored_aggregate_whose_answer_was_lost_is_not_refused_by_itself()
    {
        var wire = await World.WireAsync("teacher");
        var teacher = await World.StartAsync(TeacherService.Declaration, database: wire.ConnectionString);
        // The second attempt must meet the constraint before the primary key.
        await World.AskAsync<object>(
            "teacher",
            "alter table lessons drop constraint lessons_pkey; alter table lessons add primary key (key)"
        );
        var cut = Task.CompletedTask;
        teacher.Failpoints.RunAt("command.committing", () => cut = cut == Task.CompletedTask ? wire.CutAtNextBatch() : cut);
        var lesson = new Lesson(1);

        var created = await Lessons(teacher).CreateAsync(lesson, MessageContext.Internal(), lesson.Schedule("Kim", 1));
        await cut;

        Assert.Null(created.Refusal);
        Assert.Equal("1 at 1", await HoursAsync());
    }

    [Fact]
    public async Task An_undeclared_constraint_does_not_become_a_refusal()
    {
        var teacher = await StartAsync();
        await World.AskAsync<object>("teacher", "create unique index not_declared on lessons (hour)");
        await ScheduleAsync(teacher, 1, 1);
        await World.AskAsync<object>("teacher", "update lessons set teacher = 'Lee'");

        await Assert.ThrowsAsync<BusyException>(() => MoveToAsync(teacher));

        async Task MoveToAsync(ServiceHost host)
        {
            await ScheduleAsync(host, 2, 2);
            await MoveAsync(host, 2, 1);
        }
    }
}
