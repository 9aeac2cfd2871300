namespace Mannam.Kafka;

/// <summary>How long a member has not known whether what it reads is the topic that it read before. A client does not believe a broker whose leaders' epochs are
/// lower than those it has seen, as after a restore: then only a new client reads on.</summary>
internal sealed class KafkaDoubt
{
    private const int Shortest = 4_000;
    private const int Longest = 60_000;
    private long? _since;
    private bool _read;
    private int _patience = Shortest;

    /// <summary>Whether a new client is to be taken: the doubt lasts, though a broker answers.</summary>
    /// <param name="doubts">Whether there is doubt now.</param>
    /// <param name="reads">Whether the member has partitions. Where it waits for them the group takes its time, and a new client would wait anew.</param>
    /// <param name="answeredAt">When a broker last answered, in milliseconds.</param>
    /// <param name="now">The time, in milliseconds of the same clock.</param>
    public bool IsTooLong(bool doubts, bool reads, long answeredAt, long now)
    {
        // Without partitions nothing is proven either.
        if (reads && !doubts)
            _patience = Shortest;
        if (!doubts || reads != _read)
            _since = null;
        _read = reads;
        if (!doubts)
            return false;
        var (since, patience) = (_since ??= now, reads ? _patience : Longest);
        // It had some time to come to the records since the broker answers.
        if (now - since < patience || answeredAt - since < patience / 2)
            return false;
        // Each new client costs the group a rebalance.
        (_since, _patience) = (null, Math.Min(2 * _patience, Longest));
        return true;
    }
}
