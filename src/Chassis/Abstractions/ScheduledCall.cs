namespace Mannam.Abstractions;

/// <summary>Asks somebody else. It runs outside of any transaction and lock, and is safe to repeat: a crash or a lost answer has it asked again.</summary>
/// <param name="message">What it is about: the event that it follows from, or the scheduled message.</param>
/// <param name="context">What it follows from: the event's id, and its trace. The peer is told both.</param>
/// <param name="services">The service's container.</param>
/// <param name="ct">Ends the attempt, after 25 s at the latest.</param>
/// <returns>Accepted or refused, for certain. Where it is unknown, and where the call throws, it is asked again with growing pauses, without end.</returns>
public delegate Task<CallOutcome> ScheduledCall<in TMessage>(
    TMessage message,
    MessageContext context,
    IServiceProvider services,
    CancellationToken ct
);

/// <summary>A call that is made when it is due.</summary>
/// <param name="Call">Makes it; the message is JSON.</param>
/// <param name="Settle">What the saga's aggregate decides on the outcome; null where nothing follows.</param>
internal sealed record DueCall<TAggregate>(
    Func<string, MessageContext, IServiceProvider, CancellationToken, Task<CallOutcome>> Call,
    Func<string, TAggregate, CallOutcome, IMessage[]>? Settle
)
    where TAggregate : Aggregate;

/// <summary>Schedules a call for now.</summary>
/// <param name="Kind">The event that it follows from.</param>
/// <param name="Data">The event, JSON.</param>
internal sealed record CallIntent(string Kind, string Data) : IMessage;
