using System.ComponentModel.DataAnnotations.Schema;
using System.Text.Json.Serialization;
using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Tests.Lessons;

/// <summary>A small service for what no system needs yet: a change with several fields, and moments.</summary>
internal static class LessonService
{
    private static readonly Resource<Lesson, LessonView> Lessons = new("lessons", "lesson", l => l.Key, LessonJson.Default.LessonView)
    {
        Version = l => l.Version,
        Filters =
        {
            { "from", (l, from) => l.HeldAt >= from, true },
            { "to", (l, to) => l.HeldAt < to, true },
            { "endsBefore", (l, moment) => l.EndsAt < moment },
        },
    };

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Lesson>("tests", "lessons", "Lessons", key => new Lesson(key))
        {
            Schema = (typeof(Lesson).Assembly, "Mannam.Tests.Lessons/Schema.sql"),
            JsonContext = LessonJson.Default,
        }
            .StoredInPostgreSql()
            .WithIdSequence("lesson_ids")
            .Serving(Map, "lessons");

    private static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads(Lessons);
        routes.MapPost("/lessons", MakeAsync).Answers<LessonView>(201);
        routes.MapChange(
            Lessons,
            "status",
            Change.To<Lesson, ConfirmLesson>(
                Lesson.Confirmed,
                (lesson, sent, services) =>
                    lesson.Confirm(sent.Trainer, sent.HeldAt, services.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime)
            ),
            Change.To<Lesson, GiveLesson>(Lesson.Given, (lesson, sent) => lesson.Give(sent.Result)),
            Change.To<Lesson>(Lesson.Cancelled, lesson => lesson.Cancel())
        );
    }

    private static async Task<IResult> MakeAsync(
        BoundRequest<AskForLesson> request,
        HttpContext http,
        Repository<Lesson> lessons,
        IIdSequence ids
    )
    {
        if (request.Problem is { } refused)
            return refused;
        var lesson = Lesson.Ask(await ids.NextAsync(), request.Fields.EndsAt);
        await lessons.CreateAsync(lesson, RequestContext.Of<Lesson>(http, Lessons.Created));
        return Lessons.Created(lesson);
    }
}

[Table("lessons")]
internal sealed class Lesson(long key) : Aggregate(key)
{
    public const string Requested = "REQUESTED";
    public const string Confirmed = "CONFIRMED";
    public const string Given = "GIVEN";
    public const string Cancelled = "CANCELLED";

    public long Id => Key;
    public string Status { get; private set; } = Requested;
    public string? Trainer { get; private set; }
    public DateTime? HeldAt { get; private set; }
    public DateTime? EndsAt { get; private set; }
    public string? Result { get; private set; }

    public static Lesson Ask(long id, DateTime? endsAt) => new(id) { EndsAt = endsAt };

    public Decision Confirm(string trainer, DateTime heldAt, DateTime now)
    {
        if (Status == Confirmed && HeldAt == heldAt)
            return Decision.NoChange;
        if (Status != Requested)
            return Decision.Conflict(Status);
        if (heldAt <= now)
            return Decision.Malformed("heldAt", "heldAt must not have passed.");
        (Status, Trainer, HeldAt) = (Confirmed, trainer, heldAt);
        return Decision.Happened();
    }

    public Decision Give(string result)
    {
        if (Status != Confirmed)
            return Status == Given && Result == result ? Decision.NoChange : Decision.Conflict(Status);
        (Status, Result) = (Given, result);
        return Decision.Happened();
    }

    public Decision Cancel()
    {
        Status = Cancelled;
        return Decision.Happened();
    }
}

internal sealed record AskForLesson(DateTime? EndsAt);

internal sealed record ConfirmLesson(string Trainer, [property: JsonConverter(typeof(SeoulTime))] DateTime HeldAt);

internal sealed record GiveLesson(string Result);

internal sealed record LessonView(
    long Id,
    string Status,
    string? Trainer,
    [property: JsonConverter(typeof(SeoulTime))] DateTime? HeldAt,
    DateTime? EndsAt,
    string? Result
);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(LessonView))]
internal sealed partial class LessonJson : JsonSerializerContext;
