using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

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
        routes.MapPost(
            "/lessons/{id:long}/given",
            async (long id, HttpContext http, Repository<Lesson> lessons) =>
                Answer(await lessons.DecideAsync(id, l => l.Give(), RequestContext.Repeatable(http)))
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
        routes.MapGet(
            "/lessons/{id:long}",
            async (long id, Repository<Lesson> lessons) => await lessons.FindAsync(id) is { } lesson ? Show(lesson) : Problems.NotFound()
        );
    }

    private static IResult Answer(CommandResult<Lesson> decided) => decided.Refusal?.AsProblem() ?? Show(decided.State);

    private static IResult Show(Lesson lesson) => Results.Json(lesson.View(), LessonsEvents.Language.LessonView);
}
