namespace Mannam.Hosting;

/// <summary>The health of a service.</summary>
/// <param name="Live">False if only a restart helps.</param>
/// <param name="Ready">Whether it can do its work now.</param>
/// <param name="Details">Details for operators, by name.</param>
public sealed record ServiceHealth(bool Live, bool Ready, IReadOnlyDictionary<string, string> Details);
