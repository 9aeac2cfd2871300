using Npgsql;

namespace Mannam.Chassis.Messaging;

/// <summary>How far a consumer has come in each of its partitions: by its database, and by what it has looked at since.</summary>
/// <remarks>The two differ by the events that nobody here subscribes to: their positions are moved along with the next handled one.</remarks>
internal sealed class Progress(NpgsqlDataSource database, string topic) : IPositions
{
    // What a subscription says while it does not know is more than can be added up.
    private const long Many = int.MaxValue;
    private readonly Dictionary<int, long> _stored = [];
    private readonly Dictionary<int, long> _next = [];

    /// <summary>Reads where newly assigned partitions are to be read from.</summary>
    public async Task<IReadOnlyDictionary<int, long>> ReadAsync(IReadOnlyCollection<int> partitions, CancellationToken ct)
    {
        var positions = await Positions.ReadAsync(database, topic, partitions, ct);
        lock (_next)
        {
            foreach (var (partition, next) in positions)
                _next[partition] = _stored[partition] = next;
        }
        return positions;
    }

    /// <inheritdoc/>
    public void Forget(IReadOnlyCollection<int> partitions)
    {
        lock (_next)
        {
            foreach (var partition in partitions)
            {
                _next.Remove(partition);
                _stored.Remove(partition);
            }
        }
    }

    /// <summary>What is to be stored, for the positions given and those that are not stored yet.</summary>
    public Positions.Moves To(Dictionary<int, long> next)
    {
        var to = new SortedDictionary<int, long>(next);
        foreach (var (partition, offset) in _next)
        {
            if (offset > _stored[partition])
                to.TryAdd(partition, offset);
        }
        return new([.. to.Keys], [.. to.Keys.Select(p => _stored[p])], [.. to.Values]);
    }

    /// <summary>The moves were committed.</summary>
    public void Stored(Positions.Moves moves)
    {
        for (var i = 0; i < moves.Partitions.Length; i++)
            _stored[moves.Partitions[i]] = moves.Next[i];
    }

    /// <summary>All before these positions was looked at.</summary>
    public void Passed(Dictionary<int, long> next)
    {
        lock (_next)
        {
            foreach (var (partition, offset) in next)
                _next[partition] = offset;
        }
    }

    /// <summary>What was looked at; null while there is more.</summary>
    public Handled? Handled(ISubscription? from)
    {
        lock (_next)
        {
            return from?.Partitions is { } all && _next.All(p => from.Lag(p.Key, p.Value) <= 0)
                ? new Handled(_next.Values.Sum(), _next.Count, all)
                : null;
        }
    }

    /// <summary>How many records were not looked at yet; null while no partition is assigned.</summary>
    public long? Lag(ISubscription? from)
    {
        lock (_next)
            return from is not null && _next.Count > 0 ? _next.Sum(p => Math.Clamp(from.Lag(p.Key, p.Value), 0, Many)) : null;
    }
}

/// <summary>How far a consumer is that has come to the end of all its partitions.</summary>
/// <param name="Records">How many records of its partitions it has looked at.</param>
/// <param name="Assigned">How many partitions are its own.</param>
/// <param name="Partitions">How many the topic has.</param>
internal sealed record Handled(long Records, int Assigned, int Partitions);
