using System.Text.Json.Serialization;

namespace Mannam.Abstractions;

/// <summary>The state that a service decides on: one row per saga. Its methods decide and return what happened; no I/O, no clock, no framework.</summary>
/// <remarks>A saga that the service has not met yet is a new aggregate with only its key. It is stored once a decision changes it.</remarks>
/// <param name="key">The correlation key, from 1.</param>
public abstract class Aggregate(long key)
{
    /// <summary>The correlation key of the saga, from 1.</summary>
    [JsonIgnore]
    public long Key { get; private init; } = key;

    /// <summary>The number of changes, from 1; 0 before it is stored. Shown as ETag. A change of an outdated version is not stored.</summary>
    [JsonIgnore]
    public int Version { get; internal set; }

    /// <summary>Whether the service has not met this saga yet.</summary>
    [JsonIgnore]
    public bool IsNew => Version == 0;

    /// <summary>Copies the current state into a record, for a resource or an event. Each field gets the property of the same name.</summary>
    /// <exception cref="InvalidOperationException">A field has no such property, or a required field has no value.</exception>
    public T As<T>() => Projection<T>.Of(this);

    internal Aggregate Copy() => (Aggregate)MemberwiseClone();
}
