namespace Mannam.Abstractions;

/// <summary>Calls a peer, outside of any transaction and lock. It must be safe to repeat: after a crash or a lost answer it runs again.</summary>
/// <param name="message">The event that led to the call, or the scheduled message.</param>
/// <param name="context">The event's id and trace. The peer gets both.</param>
/// <param name="services">The service's container.</param>
/// <param name="ct">Ends the attempt, after 25 s at the latest.</param>
/// <returns>Accepted or refused, for certain. If the outcome is unknown, or the call throws, it is repeated with growing pauses, without limit.</returns>
public delegate Task<CallOutcome> ScheduledCall<in TMessage>(
    TMessage message,
    MessageContext context,
    IServiceProvider services,
    CancellationToken ct
);

/// <summary>A call that is made when it is due.</summary>
/// <param name="Call">Makes the call; the message is JSON.</param>
/// <param name="Settle">Lets the saga's aggregate decide on the outcome; null if nothing follows.</param>
internal sealed record DueCall<TAggregate>(
    Func<string, MessageContext, IServiceProvider, CancellationToken, Task<CallOutcome>> Call,
    Func<string, TAggregate, CallOutcome, IMessage[]>? Settle
)
    where TAggregate : Aggregate;

/// <summary>Schedules a call that is due now.</summary>
/// <param name="Kind">The name of the event that led to it.</param>
/// <param name="Data">The event, as JSON.</param>
internal sealed record CallIntent(string Kind, string Data) : IMessage;
