using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mannam.Messaging;

/// <summary>Makes rows of the messages of a service's decisions.</summary>
/// <param name="events">Serializes its events.</param>
/// <param name="json">The source-generated serialization of its messages.</param>
/// <param name="published">The names of its declared events.</param>
/// <param name="time">Its clock.</param>
/// <param name="signals">Wakes its loops.</param>
public sealed class MessageWriter(
    EventSerializer events,
    JsonSerializerContext json,
    IReadOnlyCollection<string> published,
    TimeProvider time,
    LoopSignals signals
)
{
    /// <summary>Wakes the loops that handle messages.</summary>
    public LoopSignals Signals { get; } = signals;

    /// <summary>The row of a saga's message, and the loop that handles it.</summary>
    /// <exception cref="InvalidOperationException">The event is not declared, or the kind of message is unknown: nothing may be committed.</exception>
    public (StoredRow Row, Wakes Wakes) Write(long key, IMessage message, MessageContext context) =>
        message switch
        {
            IEvent e when published.Contains(e.GetType().Name) => (events.Write(key, e, context), Wakes.Relay),
            // Without declared events there may be no relay, and the row would stay in the outbox for ever.
            IEvent e => throw new InvalidOperationException(
                $"{e.GetType().Name} is not declared: the service needs Publishing<{e.GetType().Name}>()"
            ),
            IScheduledMessage scheduled => (
                Schedule(key, scheduled.GetType().Name, Serialize(scheduled), scheduled.Delay, context),
                Wakes.Scheduler
            ),
            CallIntent call => (Schedule(key, call.Kind, call.Data, TimeSpan.Zero, context), Wakes.Scheduler),
            _ => throw new InvalidOperationException($"{message?.GetType().Name} is neither an event nor a scheduled message"),
        };

    private string Serialize(IScheduledMessage message) =>
        JsonSerializer.Serialize(message, (JsonTypeInfo)json.GetTypeInfo(message.GetType())!);

    private ScheduledMessageRow Schedule(long key, string kind, string data, TimeSpan delay, MessageContext context) =>
        new(Guid.CreateVersion7(), key, kind, data, time.GetUtcNow(), delay, $"{context.CausationId} {context.TraceParent}");
}
