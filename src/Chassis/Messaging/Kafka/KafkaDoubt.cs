namespace Mannam.Chassis.Messaging.Kafka;

/// <summary>How long a member has not known whether what it reads is the topic that it read before. A client does not believe a broker whose leaders' epochs are
/// lower than those it has seen, as after a restore: then only a new client reads on.</summary>
internal sealed class KafkaDoubt
{
    private const int Shortest = 4_000;
    private const int Longest = 60_000;
    private long? _since;
    private int _patience = Shortest;

    /// <summary>Whether a new client is to be taken: the doubt lasts, though a broker answers.</summary>
    /// <param name="doubts">Whether there is doubt now.</param>
    /// <param name="answeredAt">When a broker last answered.</param>
    public bool IsTooLong(bool doubts, long answeredAt)
    {
        if (!doubts)
        {
            (_since, _patience) = (null, Shortest);
            return false;
        }
        var now = Environment.TickCount64;
        var since = _since ??= now;
        // It had some time to come to the records since the broker answers.
        if (now - since < _patience || answeredAt - since < _patience / 2)
            return false;
        // Each new client costs the group a rebalance.
        (_since, _patience) = (null, Math.Min(2 * _patience, Longest));
        return true;
    }
}
