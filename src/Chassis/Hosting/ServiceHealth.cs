namespace Mannam.Hosting;

/// <summary>How a service is.</summary>
/// <param name="Live">False if only a restart helps.</param>
/// <param name="Ready">Whether it can do its work now.</param>
/// <param name="Details">What there is to know, by name, as text for operators.</param>
public sealed record ServiceHealth(bool Live, bool Ready, IReadOnlyDictionary<string, string> Details);
