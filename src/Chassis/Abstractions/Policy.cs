using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mannam.Abstractions;

/// <summary>A policy: after the event, the aggregate of its saga decides. It changes, and returns its messages.</summary>
/// <remarks>A policy must accept an event that arrives before the one it depends on. It only decides, because it may run again on a newer state.</remarks>
public delegate IMessage[] Policy<in TEvent, in TAggregate>(TEvent happened, TAggregate aggregate);

/// <summary>A policy that needs more than the event and the aggregate.</summary>
/// <remarks>It gets the additional value as an argument, so it still only decides.</remarks>
public delegate IMessage[] Policy<in TEvent, in TAggregate, in TKnown>(TEvent happened, TAggregate aggregate, TKnown known);

/// <summary>The envelope of an event (CloudEvents 1.0), as a subscriber sees it.</summary>
/// <param name="Id"><c>ce_id</c>.</param>
/// <param name="Type"><c>ce_type</c>: the name of the event.</param>
/// <param name="Source"><c>ce_source</c>: the producer, such as <c>/taxi/catch</c>.</param>
/// <param name="Time"><c>ce_time</c>.</param>
/// <param name="Key">The correlation key.</param>
public sealed record EventEnvelope(Guid Id, string Type, string Source, DateTimeOffset Time, long Key);

/// <summary>A service's subscription to an event, by the event's name.</summary>
/// <param name="Event">The name of the event, <c>ce_type</c>.</param>
/// <param name="Apply">Reads the event and lets the aggregate decide.</param>
internal sealed record EventPolicy<TAggregate>(string Event, Func<string, TAggregate, object?, IMessage[]> Apply)
    where TAggregate : Aggregate
{
    /// <summary>Makes the policy's additional value from the facts; null if it needs none.</summary>
    public Func<PolicyFacts, object?>? Known { get; init; }

    /// <summary>The same for a policy that compares sagas: it queries the store's session of the transaction. The event is JSON.</summary>
    public Func<string, object, PolicyFacts, ValueTask<object?>>? KnownInTurn { get; init; }

    /// <summary>Whether the facts include an id.</summary>
    public bool NeedsId { get; init; }

    public static EventPolicy<TAggregate> Of<TEvent>(JsonTypeInfo<TEvent> json, Policy<TEvent, TAggregate> policy) =>
        new(typeof(TEvent).Name, (value, aggregate, _) => policy(Read(value, json), aggregate));

    public static EventPolicy<TAggregate> Of<TEvent, TKnown>(JsonTypeInfo<TEvent> json, Policy<TEvent, TAggregate, TKnown> policy) =>
        new(typeof(TEvent).Name, (value, aggregate, known) => policy(Read(value, json), aggregate, (TKnown)known!));

    /// <summary>Schedules a call about the event, after the policy's decision.</summary>
    public static EventPolicy<TAggregate> Calling<TEvent>(JsonTypeInfo<TEvent> json, Policy<TEvent, TAggregate>? begin) =>
        new(
            typeof(TEvent).Name,
            (value, aggregate, _) =>
            {
                var happened = Read(value, json);
                return [.. begin?.Invoke(happened, aggregate) ?? [], new CallIntent(typeof(TEvent).Name, value)];
            }
        );

    public static TEvent Read<TEvent>(string value, JsonTypeInfo<TEvent> json) =>
        JsonSerializer.Deserialize(value, json) ?? throw new JsonException($"{typeof(TEvent).Name} is null");
}
