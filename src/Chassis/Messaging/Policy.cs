using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mannam.Chassis.Storage;

namespace Mannam.Chassis.Messaging;

/// <summary>Whenever this happened, the aggregate of its saga decides: it changes, and returns what happened by that.</summary>
/// <remarks>It accepts an event that comes before what it refers to, and does nothing but decide: it may run again on a newer state.</remarks>
public delegate IMessage[] Policy<in TEvent, in TAggregate>(TEvent happened, TAggregate aggregate);

/// <summary>A policy that has to know something besides.</summary>
/// <remarks>As the other; what it knows was found out before, so that it does nothing but decide.</remarks>
public delegate IMessage[] Policy<in TEvent, in TAggregate, in TKnown>(TEvent happened, TAggregate aggregate, TKnown known);

/// <summary>A subscription of a service to an event, found by its name.</summary>
/// <param name="Event">The event's name, <c>ce_type</c>.</param>
/// <param name="Apply">Reads the event and lets the aggregate decide.</param>
internal sealed record EventPolicy<TAggregate>(string Event, Func<string, TAggregate, object?, IMessage[]> Apply)
    where TAggregate : Aggregate
{
    /// <summary>Finds out what the policy has to know besides; null where that is nothing.</summary>
    public Func<ReceivedEvent, IServiceProvider, ValueTask<object?>>? Known { get; init; }

    /// <summary>The same, of a policy that has its turn.</summary>
    public Func<ServiceDb, IServiceProvider, ValueTask<object?>>? InTurn { get; init; }

    public static EventPolicy<TAggregate> Of<TEvent>(JsonTypeInfo<TEvent> json, Policy<TEvent, TAggregate> policy) =>
        new(typeof(TEvent).Name, (value, aggregate, _) => policy(Read(value, json), aggregate));

    public static EventPolicy<TAggregate> Of<TEvent, TKnown>(JsonTypeInfo<TEvent> json, Policy<TEvent, TAggregate, TKnown> policy) =>
        new(typeof(TEvent).Name, (value, aggregate, known) => policy(Read(value, json), aggregate, (TKnown)known!));

    private static TEvent Read<TEvent>(string value, JsonTypeInfo<TEvent> json) =>
        JsonSerializer.Deserialize(value, json) ?? throw new JsonException($"{typeof(TEvent).Name} is null");
}
