namespace Mannam.PostgreSql;

/// <summary>The sizes of a service's connection pools. Each kind of work has its own pool, so that commands that wait for a locked row do not block reads,
/// health and events.</summary>
/// <param name="Commands">For decisions and records of requests.</param>
/// <param name="Reads">For reads of people.</param>
/// <param name="Loops">For the service's loops and its health.</param>
internal sealed record ConnectionPools(int Commands, int Reads, int Loops)
{
    /// <summary>For a service with group commits.</summary>
    public static readonly ConnectionPools OfSharedCommits = new(4, 2, 2);

    /// <summary>For a service that commits each command separately: concurrent commits then share a write to the disk. It has one loop.</summary>
    public static readonly ConnectionPools OfSingleCommits = new(6, 1, 1);

    /// <summary>The sum of the pools.</summary>
    public int All => Commands + Reads + Loops;
}
