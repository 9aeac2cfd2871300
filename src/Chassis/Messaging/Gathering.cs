namespace Mannam.Chassis.Messaging;

/// <summary>Work that keeps coming thick is let gather for a moment, so that more of it shares a round trip and a commit. Work that comes thin is done at
/// once, as is a single burst, and a backlog without a pause.</summary>
/// <param name="most">How much a step does at most.</param>
internal sealed class Gathering(int most)
{
    // 16 in a step that takes 10 ms are more than 1000 a second; once it gathers, 600 a second keep it so.
    private const int Thick = 16;
    private const int InARow = 3;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);
    private int _thick;

    /// <summary>How long to wait after a step.</summary>
    /// <param name="handled">How much there was to do in it.</param>
    public TimeSpan After(int handled)
    {
        _thick = handled < Thick ? 0 : _thick + 1;
        return _thick >= InARow && handled < most ? Moment : TimeSpan.Zero;
    }
}
