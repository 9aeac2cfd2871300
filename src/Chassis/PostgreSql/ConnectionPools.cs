namespace Mannam.PostgreSql;

/// <summary>How many connections each kind of work of a service keeps at most. Each kind has a pool of its own, so that none takes the places of another:
/// commands that all wait for a held row leave reads, health and events alone.</summary>
/// <param name="Commands">For what requests decide and record.</param>
/// <param name="Reads">For what people ask for.</param>
/// <param name="Loops">For the service's loops and its health.</param>
internal sealed record ConnectionPools(int Commands, int Reads, int Loops)
{
    /// <summary>Of a service whose commands share their commits.</summary>
    public static readonly ConnectionPools OfSharedCommits = new(4, 2, 2);

    /// <summary>Of a service that commits each command by itself: the more at once, the more of them share a write to the disk. It has one loop.</summary>
    public static readonly ConnectionPools OfSingleCommits = new(6, 1, 1);

    /// <summary>All of them.</summary>
    public int All => Commands + Reads + Loops;
}
