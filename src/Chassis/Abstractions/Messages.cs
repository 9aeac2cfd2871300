namespace Mannam.Abstractions;

/// <summary>A result of a decision: an event, or a message that the service schedules for itself. It is committed with the decision.</summary>
public interface IMessage;

/// <summary>A domain event: a record with the documents' name and all fields of its resource. Every subscriber of the system gets it.</summary>
public interface IEvent : IMessage;

/// <summary>A scheduled message: the service handles it when it is due (<c>WhenDue</c>). It is stored durably, and retried with growing pauses until it
/// succeeds.</summary>
public interface IScheduledMessage : IMessage
{
    /// <summary>The time from the commit until it is due; zero for immediately.</summary>
    TimeSpan Delay => TimeSpan.Zero;
}
