using Mannam.Abstractions;

namespace Mannam.Simulation.Lessons;

/// <summary>A lesson of one hour; and the memory of a cancellation that came before its order (without a teacher).</summary>
[System.ComponentModel.DataAnnotations.Schema.Table("lessons")]
internal sealed class Lesson(long key) : Aggregate(key)
{
    public const string Scheduled = "SCHEDULED";
    public const string Confirmed = "CONFIRMED";
    public const string Given = "GIVEN";
    public const string Canceled = "CANCELED";

    public long OrderId => Key;
    public string Teacher { get; private set; } = "";
    public string Status { get; private set; } = "";
    public int Hour { get; private set; }
    public string? Trainer { get; private set; }
    public DateTime? HeldAt { get; private set; }
    public string? Result { get; private set; }

    public IMessage[] Schedule(string teacher, int hour)
    {
        if (Status.Length > 0)
            return [];
        (Teacher, Status, Hour) = (teacher, Scheduled, hour);
        return [new LessonScheduled(Key, teacher, hour)];
    }

    public Decision Move(int hour)
    {
        if (Status != Scheduled)
            return Teacher.Length == 0 ? Decision.NotFound : Decision.Conflict(Status);
        if (Hour == hour)
            return Decision.NoChange;
        Hour = hour;
        return Decision.Happened(new LessonMoved(Key, hour));
    }

    public Decision Confirm(string trainer, DateTime heldAt, DateTime now)
    {
        if (Status == Confirmed && HeldAt == heldAt)
            return Decision.NoChange;
        if (Status != Scheduled)
            return Teacher.Length == 0 ? Decision.NotFound : Decision.Conflict(Status);
        if (heldAt <= now)
            return Decision.Malformed("heldAt", "heldAt must not have passed.");
        (Status, Trainer, HeldAt) = (Confirmed, trainer, heldAt);
        return Decision.Happened();
    }

    public Decision Give(string result)
    {
        if (Status == Given && Result == result)
            return Decision.NoChange;
        if (Status is not (Scheduled or Confirmed))
            return Teacher.Length == 0 ? Decision.NotFound : Decision.Conflict(Status);
        (Status, Result) = (Given, result);
        return Decision.Happened(new LessonGiven(Key));
    }

    public Decision Cancel()
    {
        if (Status is Canceled or Given)
            return Status == Canceled ? Decision.NoChange : Decision.Conflict(Given);
        Status = Canceled;
        return Decision.Happened(new LessonCanceled(Key));
    }
}
