namespace Mannam.Chassis.Messaging;

/// <summary>Work that comes thick is let gather for a moment, so that more of it shares a round trip and a commit. Work that comes thin is done at once,
/// and a backlog without a pause.</summary>
internal static class Gathering
{
    // 16 in a step that takes 10 ms are more than 1000 a second; once it gathers, 600 a second keep it so.
    private const int Thick = 16;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    /// <summary>How long to wait after a step.</summary>
    /// <param name="handled">How much there was to do in it.</param>
    /// <param name="most">How much a step does at most.</param>
    public static TimeSpan After(int handled, int most) => handled >= Thick && handled < most ? Moment : TimeSpan.Zero;
}
