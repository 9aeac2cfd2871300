using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Simulation.Lessons;

internal sealed class TeacherDb(DbContextOptions<TeacherDb> options) : ServiceDb<Lesson>(options)
{
    /// <summary>The teacher's first hour from one on that has no lesson.</summary>
    public async ValueTask<int> FreeHourAsync(string teacher, int from = 1) =>
        await Database
            .SqlQuery<int>(
                $"""
                select h as "Value" from generate_series({from}, {from} + 1000) h
                where not exists (select from lessons where teacher = {teacher} and hour = h and status <> 'CANCELED') order by h limit 1
                """
            )
            .SingleAsync();

    /// <summary>The first free hour after a lesson's own.</summary>
    public async ValueTask<int> NextFreeHourAsync(long key) =>
        await Set<Lesson>().AsNoTracking().SingleOrDefaultAsync(l => l.Key == key) is { } lesson
            ? await FreeHourAsync(lesson.Teacher, lesson.Hour + 1)
            : 0;
}

/// <summary>Has one lesson an hour. It decides between giving and cancelling.</summary>
internal static class TeacherService
{
    private static readonly Resource<Lesson, LessonView> Lessons = new("lessons", "lesson", l => l.Key, LessonsEvents.Language.LessonView)
    {
        Version = l => l.Version,
        Filters = { { "from", (l, from) => l.HeldAt >= from, true }, { "to", (l, to) => l.HeldAt < to, true } },
    };

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Lesson>("lessons", "teacher", "Teacher", key => new Lesson(key))
        {
            Schema = (typeof(TeacherService).Assembly, "Mannam.Simulation.Lessons/Teacher.sql"),
            JsonContext = LessonsEvents.Language,
        }
            .StoredIn<TeacherDb, Lesson>()
            .Serving(Map, "lessons", "cancellations")
            .WithConstraint("lessons_one_an_hour", Decision.Conflict("the hour is taken"))
            .Publishing<LessonScheduled>()
            .Publishing<LessonMoved>()
            .Publishing<LessonGiven>()
            .Publishing<LessonCanceled>()
            .WheneverInTurn<LessonOrdered, TeacherDb, int>(
                (ordered, lesson, hour) => lesson.Schedule(ordered.Teacher, hour),
                (ordered, db, _) => db.FreeHourAsync(ordered.Teacher)
            );

    private static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(
            "/cancellations",
            async (HttpContext http, Repository<Lesson> lessons) =>
            {
                var asked = await http.Request.ReadFromJsonAsync(LessonsEvents.Language.CancellationRequest);
                return Answer(await lessons.DecideAsync(asked!.OrderId, l => l.Cancel(), RequestContext.Repeatable(http)));
            }
        );
        routes.MapReads(Lessons);
        routes.MapChange(
            Lessons,
            "status",
            Change.To<Lesson, ConfirmLesson>(
                Lesson.Confirmed,
                (lesson, sent, services) =>
                    lesson.Confirm(sent.Trainer, sent.HeldAt, services.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime)
            ),
            Change.To<Lesson, GiveLesson>(Lesson.Given, (lesson, sent) => lesson.Give(sent.Result)),
            Change.To<Lesson>(Lesson.Canceled, lesson => lesson.Cancel())
        );
        // Whether the hour is free the store knows.
        routes.MapPost(
            "/lessons/{id:long}/hour/{hour:int}",
            async (long id, int hour, HttpContext http, Repository<Lesson> lessons) =>
                Answer(await lessons.DecideAsync(id, l => l.Move(hour), RequestContext.Repeatable(http)))
        );
        routes.MapPost(
            "/lessons/{id:long}/later",
            async (long id, HttpContext http, Repository<Lesson> lessons) =>
                Answer(
                    await lessons.DecideInTurnAsync<TeacherDb, int>(
                        id,
                        db => db.NextFreeHourAsync(id),
                        (lesson, hour) => lesson.Move(hour),
                        RequestContext.Repeatable(http)
                    )
                )
        );
    }

    private static IResult Answer(CommandResult<Lesson> decided) => decided.Refusal?.AsProblem() ?? Lessons.Ok(decided.State);
}
