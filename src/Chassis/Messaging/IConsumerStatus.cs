namespace Mannam.Messaging;

/// <summary>What can be asked of a consumer while it runs.</summary>
internal interface IConsumerStatus
{
    /// <summary>What it has handled of its partitions; null while there is more, or it has not begun.</summary>
    ConsumerProgress? Handled { get; }

    /// <summary>How many records of its partitions it has not come to yet; null while it has not begun.</summary>
    long? Lag { get; }

    /// <summary>What was told last of a history that is another one; null where nothing was.</summary>
    string? Notice { get; }
}
