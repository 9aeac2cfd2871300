namespace Mannam.Messaging;

/// <summary>The thicker work keeps coming, the longer it is let gather, so that more of it shares a round trip and a commit. Work that comes thin is done at
/// once, as is a single burst, and a backlog without a pause.</summary>
/// <param name="most">How much a step does at most.</param>
internal sealed class AdaptiveBatching(int most)
{
    private const int Thin = 4;
    private const int LongestMs = 20;
    private (int Last, int BeforeThat) _handled;

    /// <summary>How long to wait after a step: a millisecond for each that there was to do beyond a few, in this step and in the two before.</summary>
    /// <param name="handled">How much there was to do in it.</param>
    public TimeSpan DelayAfter(int handled)
    {
        var steadily = Math.Min(handled, Math.Min(_handled.Last, _handled.BeforeThat));
        _handled = (handled, _handled.Last);
        return handled < most ? TimeSpan.FromMilliseconds(Math.Clamp(steadily - Thin, 0, LongestMs)) : TimeSpan.Zero;
    }
}
