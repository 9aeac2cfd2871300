using System.Text.Json;
using System.Text.Json.Serialization;
using Mannam.Abstractions;

namespace Mannam.Simulation.Lessons;

/// <summary>A lesson was ordered.</summary>
public sealed record LessonOrdered(long OrderId, string Teacher) : IEvent;

/// <summary>Whoever ordered it wants to cancel.</summary>
public sealed record CancelOrdered(long OrderId) : IEvent;

/// <summary>The order is cancelled.</summary>
public sealed record OrderCanceled(long OrderId) : IEvent;

/// <summary>It was too late to cancel.</summary>
public sealed record CancelRefused(long OrderId) : IEvent;

/// <summary>The teacher has an hour for the lesson.</summary>
public sealed record LessonScheduled(long OrderId, string Teacher, int Hour) : IEvent;

/// <summary>The lesson has another hour.</summary>
public sealed record LessonMoved(long OrderId, int Hour) : IEvent;

/// <summary>The lesson was given.</summary>
public sealed record LessonGiven(long OrderId) : IEvent;

/// <summary>The lesson will not be given.</summary>
public sealed record LessonCanceled(long OrderId) : IEvent;

[JsonSerializable(typeof(LessonOrdered))]
[JsonSerializable(typeof(CancelOrdered))]
[JsonSerializable(typeof(OrderCanceled))]
[JsonSerializable(typeof(CancelRefused))]
[JsonSerializable(typeof(LessonScheduled))]
[JsonSerializable(typeof(LessonMoved))]
[JsonSerializable(typeof(LessonGiven))]
[JsonSerializable(typeof(LessonCanceled))]
[JsonSerializable(typeof(CancellationRequest))]
[JsonSerializable(typeof(OrderView))]
[JsonSerializable(typeof(LessonView))]
internal sealed partial class LessonsEvents : JsonSerializerContext
{
    public static LessonsEvents Language { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web));
}

internal sealed record CancellationRequest(long OrderId);

internal sealed record OrderLesson(string Teacher, DateTime? EndsAt);

internal sealed record OrderView(long OrderId, string Teacher, string Status, int Asked, DateTime? EndsAt);

internal sealed record ConfirmLesson(string Trainer, [property: JsonConverter(typeof(SeoulTime))] DateTime HeldAt);

internal sealed record GiveLesson(string Result);

internal sealed record LessonView(
    long OrderId,
    string Teacher,
    string Status,
    int Hour,
    string? Trainer,
    [property: JsonConverter(typeof(SeoulTime))] DateTime? HeldAt,
    string? Result
);
