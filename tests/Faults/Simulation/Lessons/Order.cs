using Mannam.Abstractions;

namespace Mannam.Simulation.Lessons;

/// <summary>An order of a lesson, at the desk.</summary>
[System.ComponentModel.DataAnnotations.Schema.Table("orders")]
internal sealed class Order(long key) : Aggregate(key)
{
    public const string Ordered = "ORDERED";
    public const string Confirmed = "CONFIRMED";
    public const string CancelOrdered = "CANCEL_ORDERED";
    public const string Canceled = "CANCELED";
    public const string TooLate = "TOO_LATE";

    public long OrderId => Key;
    public string Teacher { get; private set; } = "";

    /// <summary>Empty for an order that does not exist.</summary>
    public string Status { get; private set; } = "";

    /// <summary>How often it was scheduled to ask the teacher.</summary>
    public int Asked { get; private set; }

    /// <summary>By when the lesson must be over.</summary>
    public DateTime? EndsAt { get; private set; }

    public static Order Make(long id, OrderLesson sent) =>
        new(id)
        {
            Teacher = sent.Teacher,
            EndsAt = sent.EndsAt,
            Status = Ordered,
        };

    public Decision Cancel()
    {
        if (Status is "" or TooLate)
            return Status.Length == 0 ? Decision.NotFound : Decision.Conflict(Status);
        if (Status is CancelOrdered or Canceled)
            return Decision.NoChange;
        Status = CancelOrdered;
        return Decision.Happened(new Lessons.CancelOrdered(Key));
    }

    public IMessage[] Confirm()
    {
        if (Status == Ordered)
            Status = Confirmed;
        return [];
    }

    /// <summary>The teacher is about to be asked.</summary>
    public IMessage[] Ask()
    {
        Asked++;
        return [];
    }

    /// <summary>The teacher has answered. Asked twice it would decide twice, so that it is seen.</summary>
    public IMessage[] Settle(bool canceled)
    {
        Status = canceled ? Canceled : TooLate;
        return [canceled ? new OrderCanceled(Key) : new CancelRefused(Key)];
    }
}
