namespace Mannam.Messaging;

/// <summary>The numbers of events and scheduled messages in a service's store. They are read without the service, so also while it is stopped.</summary>
/// <param name="Positions">The next offset of each partition, by topic and partition.</param>
/// <param name="Waiting">Deferred messages.</param>
/// <param name="Parked">Dead letters.</param>
/// <param name="Unsent">Committed events that may not be in the topic yet.</param>
/// <param name="Owed">Scheduled messages.</param>
public sealed record ServiceStatistics(
    IReadOnlyList<(string Topic, int Partition, long Next)> Positions,
    long Waiting,
    long Parked,
    long Unsent,
    long Owed
);
