namespace Mannam.Http;

/// <summary>The limits of a request body. Register another instance (and a <see cref="TimeProvider"/>) to change them.</summary>
public sealed record RequestLimits
{
    /// <summary>The limits of the REST conventions.</summary>
    public static RequestLimits Usual { get; } = new();

    /// <summary>The maximum size of a body, in bytes; a larger one is 413.</summary>
    public int BodyBytes { get; init; } = 1024 * 1024;

    /// <summary>The time limit for a complete body; after that 408.</summary>
    public TimeSpan BodyWithin { get; init; } = TimeSpan.FromSeconds(30);
}
