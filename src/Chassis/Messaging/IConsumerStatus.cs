namespace Mannam.Messaging;

/// <summary>The status of a running consumer.</summary>
internal interface IConsumerStatus
{
    /// <summary>Its progress at the end of its partitions; null while there is more to read, or before it has begun.</summary>
    ConsumerProgress? Handled { get; }

    /// <summary>The number of unread records of its partitions; null before it has begun.</summary>
    long? Lag { get; }

    /// <summary>The latest report of a changed history; null if there is none.</summary>
    string? Notice { get; }
}
