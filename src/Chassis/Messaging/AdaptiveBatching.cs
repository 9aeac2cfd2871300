namespace Mannam.Messaging;

/// <summary>Under sustained load, waits up to 20 ms to enlarge batches: more work then shares a round trip and a commit. Under light load, after a single
/// burst, or with a backlog without a pause, it does not wait.</summary>
/// <param name="most">The maximum number of items per step.</param>
internal sealed class AdaptiveBatching(int most)
{
    private const int Thin = 4;
    private const int LongestMs = 20;
    private (int Last, int BeforeThat) _handled;

    /// <summary>The wait after a step: 1 ms per item beyond a few, in this step and in the two before.</summary>
    /// <param name="handled">The number of items in this step.</param>
    public TimeSpan DelayAfter(int handled)
    {
        var steadily = Math.Min(handled, Math.Min(_handled.Last, _handled.BeforeThat));
        _handled = (handled, _handled.Last);
        return handled < most ? TimeSpan.FromMilliseconds(Math.Clamp(steadily - Thin, 0, LongestMs)) : TimeSpan.Zero;
    }
}
