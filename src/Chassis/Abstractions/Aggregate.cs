using System.Text.Json.Serialization;

namespace Mannam.Abstractions;

/// <summary>What a service decides on, one row a saga. Its methods decide and return what happened; no I/O, no clock, no framework.</summary>
/// <remarks>A saga that the service has not met is an aggregate too: new, with nothing but its key. It is stored once a decision changes it.</remarks>
/// <param name="key">The correlation key, from 1.</param>
public abstract class Aggregate(long key)
{
    /// <summary>The correlation key of the saga, from 1.</summary>
    [JsonIgnore]
    public long Key { get; private init; } = key;

    /// <summary>How often it was changed, from 1; 0 while it is not stored. Shown as ETag; a change on an outdated version does not happen.</summary>
    [JsonIgnore]
    public int Version { get; internal set; }

    /// <summary>Whether the service has not met this saga before.</summary>
    [JsonIgnore]
    public bool IsNew => Version == 0;

    /// <summary>A record of it as it is now, to be shown or told by an event: each field of the record is the property of the same name. One that has no value,
    /// though the field needs one, is a fault.</summary>
    /// <exception cref="InvalidOperationException">A field has no such property, or no value.</exception>
    public T As<T>() => Projection<T>.Of(this);

    internal Aggregate Copy() => (Aggregate)MemberwiseClone();
}
