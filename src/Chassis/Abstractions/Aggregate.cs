namespace Mannam.Abstractions;

/// <summary>What a service decides on, one row a saga. Its methods decide and return what happened; no I/O, no clock, no framework.</summary>
/// <remarks>A saga that the service has not met is an aggregate too: new, with nothing but its key. It is stored once a decision changes it.</remarks>
/// <param name="key">The correlation key, from 1.</param>
public abstract class Aggregate(long key)
{
    /// <summary>The correlation key of the saga, from 1.</summary>
    public long Key { get; private init; } = key;

    /// <summary>How often it was changed, from 1; 0 while it is not stored. Shown as ETag; a change on an outdated version does not happen.</summary>
    public int Version { get; internal set; }

    /// <summary>Whether the service has not met this saga before.</summary>
    public bool IsNew => Version == 0;

    internal Aggregate Copy() => (Aggregate)MemberwiseClone();
}
