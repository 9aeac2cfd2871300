namespace Mannam.Local;

/// <summary>Reads all partitions: new records from memory, older ones from the log's database.</summary>
internal sealed class LocalSubscription : ISubscription
{
    private readonly TopicLog _log;
    private readonly LogTail _tail;
    private readonly IPositions _positions;
    private readonly Signal _appended = new();
    private readonly long[] _next;
    private int _opening;
    private int _first;

    public LocalSubscription(TopicLog log, LogTail tail, IPositions positions)
    {
        (_log, _tail, _positions, _next) = (log, tail, positions, new long[log.Partitions]);
        tail.Listen(_appended);
    }

    public async Task<IReadOnlyList<ReceivedEvent>> FetchAsync(int max, CancellationToken ct)
    {
        var opening = _tail.Openings;
        if (opening == 0)
            return [];
        if (_opening != opening)
            await PositionAsync(opening, ct);
        var fetched = new List<ReceivedEvent>();
        var ends = _tail.Ends;
        // Each fetch begins with another partition, so that full batches starve none.
        _first = (_first + 1) % _next.Length;
        for (var i = 0; i < _next.Length && fetched.Count < max; i++)
        {
            var partition = (_first + i) % _next.Length;
            var read = _tail.Read(partition, _next[partition], ends[partition], max, fetched);
            if (read == _next[partition] && read < ends[partition])
                read = await ReadAsync(partition, read, ends[partition], max - fetched.Count, fetched, ct);
            _next[partition] = read;
        }
        return fetched;
    }

    // Offsets have no gaps. A gap means that unread records were deleted.
    private async Task<long> ReadAsync(int partition, long from, long end, int max, List<ReceivedEvent> into, CancellationToken ct)
    {
        var stored = await _log.ReadAsync(partition, from, max, ct);
        var there = stored.Count > 0 ? stored[0].Offset : end;
        if (there > from)
            return await _positions.GoOnAsync(partition, new PartitionState(null, there, Math.Max(there, end)), ct);
        into.AddRange(stored);
        return from + stored.Count;
    }

    private async Task PositionAsync(int opening, CancellationToken ct)
    {
        var positions = await _positions.ReadAsync([.. Enumerable.Range(0, _next.Length)], ct);
        foreach (var (partition, found) in await _log.FindAsync(positions, ct))
        {
            var position = positions[partition];
            _next[partition] =
                found.Last is { } last && position.BelongsTo(found.History, last)
                    ? position.Next
                    : await _positions.GoOnAsync(partition, found, ct);
        }
        _opening = opening;
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _appended.WaitAsync(atMost, ct);

    public void Rewind() => _opening = 0;

    public int? Partitions => _next.Length;

    public long Lag(int partition, long next) => _tail.IsKnown && _opening == _tail.Openings ? _tail.Ends[partition] - next : long.MaxValue;

    public ValueTask DisposeAsync()
    {
        _tail.Leave(_appended);
        return ValueTask.CompletedTask;
    }
}
