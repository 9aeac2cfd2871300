namespace Mannam.Local;

/// <summary>The newest records of a topic, in memory, so that subscribers who are up to date need not read them from the database; and its ends.</summary>
internal sealed class LogTail(int partitions)
{
    private const int Kept = 256;
    private readonly ReceivedEvent?[][] _rings = [.. Enumerable.Range(0, partitions).Select(_ => new ReceivedEvent?[Kept])];
    private readonly Lock _gate = new();
    private readonly List<Signal> _listeners = [];
    private long[] _ends = new long[partitions];

    /// <summary>The next offset of each partition: all below is in the log.</summary>
    public long[] Ends => Volatile.Read(ref _ends);

    /// <summary>Whether it is known where the log ends.</summary>
    public bool IsKnown => Openings > 0;

    /// <summary>How often the writer has read where the log ends: each time the log may be another one, so what was read before is compared with it.</summary>
    public int Openings { get; private set; }

    /// <summary>The writer read where the log ends.</summary>
    public void Reset(long[] ends)
    {
        lock (_gate)
        {
            foreach (var ring in _rings)
                Array.Clear(ring);
            (_ends, Openings) = (ends, Openings + 1);
        }
        Tell();
    }

    /// <summary>The writer appended, durably.</summary>
    public void Append(ReceivedEvent[] records, long[] ends)
    {
        lock (_gate)
        {
            foreach (var record in records)
                _rings[record.Partition][record.Offset % Kept] = record;
            _ends = ends;
        }
        Tell();
    }

    /// <summary>Adds the records of a partition from an offset on, as far as they are in memory and below <paramref name="end"/>; returns the next offset.</summary>
    public long Read(int partition, long from, long end, int max, List<ReceivedEvent> into)
    {
        lock (_gate)
        {
            for (; from < end && into.Count < max; from++)
            {
                if (_rings[partition][from % Kept] is not { } record || record.Offset != from)
                    break;
                into.Add(record);
            }
        }
        return from;
    }

    public void Listen(Signal signal)
    {
        lock (_gate)
            _listeners.Add(signal);
    }

    public void Leave(Signal signal)
    {
        lock (_gate)
            _listeners.Remove(signal);
    }

    private void Tell()
    {
        lock (_gate)
            _listeners.ForEach(s => s.Set());
    }
}
