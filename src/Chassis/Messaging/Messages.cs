namespace Mannam.Chassis.Messaging;

/// <summary>What a decision returns: something that happened, or something the service owes itself. It is committed with the decision.</summary>
public interface IMessage;

/// <summary>A domain event: a record named as in the documents, with all fields of its resource, published to everybody.</summary>
public interface IEvent : IMessage;

/// <summary>Something to be done by the service itself, once it is due: a durable row, repeated with growing pauses until it succeeds.</summary>
public interface IScheduledMessage : IMessage
{
    /// <summary>How long after the commit it falls due; zero for at once.</summary>
    TimeSpan Delay => TimeSpan.Zero;
}
