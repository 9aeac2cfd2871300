using System.Text;

namespace Mannam.Simulation.Fuzz;

/// <summary>What a spoilt call must be answered with.</summary>
/// <param name="Statuses">The statuses that are right; none: any that a client's fault, or none, explains.</param>
/// <param name="Field">What a 400 must name.</param>
/// <param name="MayClose">The server may close the connection unanswered: request line or headers that cannot be parsed.</param>
internal sealed record Expected(int[] Statuses, string? Field = null, bool MayClose = false)
{
    public static readonly Expected Anything = new([]);

    /// <summary>Nothing can come of it: whatever is answered, it is a refusal.</summary>
    public bool IsRefusal => Statuses.Length > 0 && Statuses.All(s => s is >= 400 and < 500);
}

/// <summary>A call to be made.</summary>
/// <param name="Number">Which; with the seed it is the same call again.</param>
/// <param name="Kind">What was spoilt, in a few words.</param>
/// <param name="Call">Method and path pattern.</param>
/// <param name="Pieces">What is sent.</param>
/// <param name="Pause">How long to wait after each piece.</param>
/// <param name="NeverEnds">The last piece is missing.</param>
/// <param name="IsHead">An answer has no body.</param>
/// <param name="EndsConnection">After its answer the connection must be closed, with nothing else on it.</param>
/// <param name="Expected">What must come.</param>
internal sealed record Attempt(
    int Number,
    string Kind,
    string Call,
    IReadOnlyList<ReadOnlyMemory<byte>> Pieces,
    TimeSpan Pause,
    bool NeverEnds,
    bool IsHead,
    bool EndsConnection,
    Expected Expected
)
{
    private const int Shown = 600;

    /// <summary>What was sent, for people.</summary>
    public override string ToString()
    {
        var sent = Encoding.Latin1.GetString([.. Pieces.SelectMany(p => p.ToArray()).Take(Shown)]);
        return $"#{Number} {Call}, {Kind}:\n      {sent.Replace("\r\n", "\n      ", StringComparison.Ordinal).TrimEnd()}";
    }
}
