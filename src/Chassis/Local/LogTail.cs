namespace Mannam.Local;

/// <summary>The newest records of a topic, in memory, so that up-to-date subscribers need no database; and the ends of its partitions.</summary>
internal sealed class LogTail(int partitions)
{
    private const int Kept = 256;
    private readonly ReceivedEvent?[][] _rings = [.. Enumerable.Range(0, partitions).Select(_ => new ReceivedEvent?[Kept])];
    private readonly Lock _gate = new();
    private readonly List<Signal> _listeners = [];
    private long[] _ends = new long[partitions];

    /// <summary>The next offset of each partition: all lower ones are in the log.</summary>
    public long[] Ends => Volatile.Read(ref _ends);

    /// <summary>Whether the end of the log is known.</summary>
    public bool IsKnown => Openings > 0;

    /// <summary>How often the writer has read the end of the log. Each time it may be another log, so subscribers compare their positions with it.</summary>
    public int Openings { get; private set; }

    /// <summary>The writer has read the end of the log.</summary>
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

    /// <summary>The writer has appended records durably.</summary>
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

    /// <summary>Adds a partition's records from an offset on, if they are in memory and below <paramref name="end"/>. Returns the next offset.</summary>
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
