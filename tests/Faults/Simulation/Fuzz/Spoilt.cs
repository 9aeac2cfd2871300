namespace Mannam.Simulation.Fuzz;

/// <summary>One way to make a right call a wrong one, or an odd one.</summary>
/// <param name="Kind">In a few words.</param>
/// <param name="Fits">Whether it can be done to a call.</param>
/// <param name="Do">Does it, and tells what must come of it when nothing else is wrong.</param>
internal sealed record Spoilt(string Kind, Func<Draft, bool> Fits, Func<Draft, Random, Expected> Do)
{
    /// <summary>All there are.</summary>
    public static IReadOnlyList<Spoilt> All { get; } = [.. SpoiltBodies.All, .. SpoiltFields.All, .. SpoiltFraming.All, .. SpoiltHeads.All];

    public static Expected Refused(int status, string? field = null) => new([status], field);

    public static T One<T>(Random random, params ReadOnlySpan<T> of) => of[random.Next(of.Length)];
}
