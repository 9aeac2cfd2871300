namespace Mannam.Messaging;

/// <summary>Port: the ids of a service, 64-bit and ascending from 1. A returned id is used up.</summary>
public interface IIdSequence
{
    /// <summary>The next id. Call it only when the request is about to be recorded.</summary>
    Task<long> NextAsync();

    /// <summary>Marks all ids up to this one as used.</summary>
    Task SkipToAsync(long used);
}
