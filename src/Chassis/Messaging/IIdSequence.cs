namespace Mannam.Messaging;

/// <summary>Port: the ids that a service gives, 64-bit and ascending from 1. An id that was asked for is used up.</summary>
public interface IIdSequence
{
    /// <summary>The next id. Ask only when the request is about to be recorded.</summary>
    Task<long> NextAsync();

    /// <summary>Ids up to this one are used up already: they are not given any more.</summary>
    Task SkipToAsync(long used);
}
