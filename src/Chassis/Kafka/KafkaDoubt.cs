namespace Mannam.Kafka;

/// <summary>Measures how long a member cannot confirm that it reads the same topic as before. A client does not trust a broker whose leader epochs are lower
/// than those it has seen, as after a restore: then only a new client can read on.</summary>
internal sealed class KafkaDoubt
{
    private const int Shortest = 4_000;
    private const int Longest = 60_000;
    private long? _since;
    private bool _read;
    private int _patience = Shortest;

    /// <summary>Whether a new client is needed: the doubt lasts, although a broker answers.</summary>
    /// <param name="doubts">Whether there is doubt now.</param>
    /// <param name="reads">Whether the member has partitions. If it waits for them, the group needs time, and a new client would wait again.</param>
    /// <param name="answeredAt">When a broker last answered, in milliseconds.</param>
    /// <param name="now">The current time, in milliseconds of the same clock.</param>
    public bool IsTooLong(bool doubts, bool reads, long answeredAt, long now)
    {
        // Without partitions the doubt is not resolved either.
        if (reads && !doubts)
            _patience = Shortest;
        if (!doubts || reads != _read)
            _since = null;
        _read = reads;
        if (!doubts)
            return false;
        var (since, patience) = (_since ??= now, reads ? _patience : Longest);
        // The member had enough time to reach the records since the broker answered.
        if (now - since < patience || answeredAt - since < patience / 2)
            return false;
        // Each new client costs the group a rebalance.
        (_since, _patience) = (null, Math.Min(2 * _patience, Longest));
        return true;
    }
}
