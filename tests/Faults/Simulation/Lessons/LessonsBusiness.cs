using Mannam.Abstractions;
using Mannam.Testing;

namespace Mannam.Simulation.Lessons;

/// <summary>Lessons, as they are simulated: people order and cancel; the teacher gives lessons, and moves them.</summary>
internal sealed class LessonsBusiness : SimulatedBusiness
{
    private const string Order = "/orders/{id}";
    private const string Lesson = "/lessons/{id}";
    private const int MostOrders = 4;

    public override SystemDeclaration System => LessonsSystem.Declaration;

    public override IReadOnlyList<(string Service, string Sequence)> IdSequences { get; } = [("lessons.desk", "order_ids")];

    public override IReadOnlyList<string> Resources { get; } = [Order, Lesson];

    public override UserAction Next(Random random, UserHistory history)
    {
        var made = history.Count("order");
        if (made == 0 || (made < MostOrders && random.Next(4) == 0))
            // Each run has a teacher of its own.
            return new UserAction("somebody orders a lesson", "order", "POST /orders", new { teacher = $"Kim{history.First}" });
        var saga = random.Next(1, made + 1);
        var id = history.KeyOf(saga);
        var hour = random.Next(1, MostOrders + 1);
        var act = random.Next(9) switch
        {
            <= 2 => new UserAction($"somebody cancels #{saga}", "cancel", $"POST /orders/{id}/cancel"),
            <= 4 => new UserAction($"the teacher gives #{saga}", "give", $"PATCH /lessons/{id}", new { status = "GIVEN", result = "good" }),
            5 => new UserAction($"the teacher moves #{saga} to hour {hour}", "move", $"POST /lessons/{id}/hour/{hour}"),
            7 => new UserAction(
                $"the teacher confirms #{saga}",
                "confirm",
                $"PATCH /lessons/{id}",
                new
                {
                    status = "CONFIRMED",
                    trainer = "Lee",
                    heldAt = "2050-03-01 09:00:00",
                }
            ),
            6 => new UserAction($"the teacher gives #{saga} later", "move", $"POST /lessons/{id}/later"),
            _ => new UserAction($"somebody looks at #{saga}", "look", $"GET /orders/{id}"),
        };
        return act with { Saga = saga };
    }

    public override IEnumerable<Violation> Check(Saga saga)
    {
        var (order, lesson) = (saga.At(Order, "status"), saga.At(Lesson, "status"));
        var fits = (order, lesson) switch
        {
            ("CONFIRMED", "SCHEDULED" or "CONFIRMED" or "GIVEN") or ("CANCELED", "CANCELED") or ("TOO_LATE", "GIVEN") => true,
            _ => false,
        };
        if (!fits)
            yield return new("both or neither are cancelled", $"the order is {order}, the lesson {lesson}");
        var (wanted, canceled, refused) = (saga.Count("CancelOrdered"), saga.Count("OrderCanceled"), saga.Count("CancelRefused"));
        if (wanted > 1 || canceled + refused != wanted || saga.At(Order, "asked") != $"{wanted}")
            yield return new("a call is decided on once", $"{wanted} wanted, {canceled} cancelled, {refused} refused");
        if (saga.Count("LessonScheduled") > 1 || saga.Count("LessonGiven") + saga.Count("LessonCanceled") > 1)
            yield return new("each event once", string.Join(", ", saga.Events.Select(e => e.Name)));
    }

    public override IEnumerable<Violation> Check(IReadOnlyList<Saga> sagas, IReadOnlyList<UserAnswer> told)
    {
        foreach (
            var hour in sagas
                .Where(s => s.At(Lesson, "status") is "SCHEDULED" or "CONFIRMED" or "GIVEN")
                .GroupBy(s => s.At(Lesson, "hour"))
                .Where(hour => hour.Count() > 1)
        )
            yield return new("one lesson an hour", $"hour {hour.Key} of #{string.Join(" and #", hour.Select(s => s.Number))}");
        foreach (var move in told.Where(t => t.Action.Kind == "move" && t.Status is not (0 or 200 or 404 or 409 or 503)))
            yield return new("a move is made or refused", $"{move.Action.Text}: {move.Status}");
        foreach (var move in told.Where(t => t.Status == 200 && t.Action.Call.Contains("/hour/", StringComparison.Ordinal)))
        {
            if (!move.Action.Call.EndsWith($"/{move.Body!["hour"]}", StringComparison.Ordinal))
                yield return new("a move is made or refused", $"{move.Action.Text}: answered with hour {move.Body["hour"]}");
        }
    }
}
