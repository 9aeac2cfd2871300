using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;
using Mannam.Simulation.Lessons;
using Mannam.Tests.Chassis.Counting;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Tests.Chassis.PostgreSql;

/// <summary>Tests of commands that compare sagas, on a service that has one lesson an hour.</summary>
public abstract class LessonsTests(PostgresFixture postgres) : CountingTests(postgres)
{
    private protected const string Taken = "the hour is taken";

    private protected Task<ServiceHost> StartAsync() => World.StartAsync(TeacherService.Declaration, replicated: true);

    private protected static Repository<Lesson> Lessons(ServiceHost teacher) => teacher.Services.GetRequiredService<Repository<Lesson>>();

    private protected static async Task ScheduleAsync(ServiceHost teacher, long id, int hour)
    {
        var lesson = new Lesson(id);
        await Lessons(teacher).CreateAsync(lesson, MessageContext.Internal(), lesson.Schedule("Kim", hour));
    }

    private protected static Task<CommandResult<Lesson>> MoveAsync(ServiceHost teacher, long id, int hour) =>
        Lessons(teacher).DecideAsync(id, l => l.Move(hour), MessageContext.Internal());

    private protected static Task<CommandResult<Lesson>> LaterAsync(ServiceHost teacher, long id) =>
        Lessons(teacher)
            .DecideInTurnAsync<TeacherDb, int>(
                id,
                db => db.NextFreeHourAsync(id),
                (lesson, hour) => lesson.Move(hour),
                MessageContext.Internal()
            );

    private protected Task<string?> HoursAsync() =>
        World.AskAsync<string>("teacher", "select string_agg(key || ' at ' || hour, ', ' order by key) from lessons");
}
