namespace Mannam.Messaging;

/// <summary>What a service's store holds of events and owed things; read without the service, so also while it is stopped.</summary>
/// <param name="Positions">The next offset of each partition, by topic and partition.</param>
/// <param name="Waiting">Events that wait to be tried again, or behind one that does.</param>
/// <param name="Parked">Events that were given up.</param>
/// <param name="Unsent">Events that are committed and not in the topic for certain yet.</param>
/// <param name="Owed">Things that the service owes itself.</param>
public sealed record ServiceStatistics(
    IReadOnlyList<(string Topic, int Partition, long Next)> Positions,
    long Waiting,
    long Parked,
    long Unsent,
    long Owed
);
