using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mannam.Chassis.Storage;

namespace Mannam.Chassis.Messaging;

/// <summary>Whenever this happened, the aggregate of its saga decides: it changes, and returns what happened by that.</summary>
/// <remarks>It accepts an event that comes before what it refers to, and does nothing but decide: it may run again on a newer state.</remarks>
public delegate IMessage[] Policy<in TEvent, in TAggregate>(TEvent happened, TAggregate aggregate);

/// <summary>A subscription of a service to an event, found by its name.</summary>
/// <param name="Event">The event's name, <c>ce_type</c>.</param>
/// <param name="Apply">Reads the event and lets the aggregate decide.</param>
internal sealed record EventPolicy<TAggregate>(string Event, Func<string, TAggregate, IMessage[]> Apply)
    where TAggregate : Aggregate
{
    public static EventPolicy<TAggregate> Of<TEvent>(JsonTypeInfo<TEvent> json, Policy<TEvent, TAggregate> policy) =>
        new(
            typeof(TEvent).Name,
            (value, aggregate) =>
                policy(JsonSerializer.Deserialize(value, json) ?? throw new JsonException($"{typeof(TEvent).Name} is null"), aggregate)
        );
}
