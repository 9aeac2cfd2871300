namespace Mannam.Http;

/// <summary>What a request body may cost; register another one (and a <see cref="TimeProvider"/>) to change it.</summary>
public sealed record RequestLimits
{
    /// <summary>The limits of the REST conventions.</summary>
    public static RequestLimits Usual { get; } = new();

    /// <summary>The longest body, in bytes; a longer one is 413.</summary>
    public int BodyBytes { get; init; } = 1024 * 1024;

    /// <summary>How long a body may take to arrive completely; after that 408.</summary>
    public TimeSpan BodyWithin { get; init; } = TimeSpan.FromSeconds(30);
}
