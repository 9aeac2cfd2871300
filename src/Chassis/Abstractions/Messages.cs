namespace Mannam.Abstractions;

/// <summary>What a decision returns: something that happened, or something that the service schedules for itself. It is committed with the decision.</summary>
public interface IMessage;

/// <summary>A domain event: a record named as in the documents, with all fields of its resource. Every subscriber of the system gets it.</summary>
public interface IEvent : IMessage;

/// <summary>A scheduled message: the service does it itself when it is due (<c>WhenDue</c>). It is stored durably, and repeated with growing pauses until it
/// succeeds.</summary>
public interface IScheduledMessage : IMessage
{
    /// <summary>How long after the commit it is due; zero for at once.</summary>
    TimeSpan Delay => TimeSpan.Zero;
}
