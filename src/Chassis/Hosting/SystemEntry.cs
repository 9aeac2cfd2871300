namespace Mannam.Hosting;

/// <summary>A system whose paths a host serves.</summary>
/// <param name="Name">The first segment of its paths: <c>taxi</c>.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Services">Its services.</param>
public sealed record SystemEntry(string Name, string Title, IReadOnlyList<ServiceEntry> Services);

/// <summary>A service whose paths a host serves.</summary>
/// <param name="Name">Its name in its system: <c>catch</c>.</param>
/// <param name="Segments">The first segments of the paths it serves: <c>catches</c>. An operators' service serves all below its name.</param>
/// <param name="Upstream">How it is reached.</param>
/// <param name="Health">Its own word on its health; null: healthy while it runs. Not asked while it is stopped.</param>
public sealed record ServiceEntry(
    string Name,
    IReadOnlyList<string> Segments,
    IUpstream Upstream,
    Func<ValueTask<ServiceHealth>>? Health = null
)
{
    /// <summary>A service of this process.</summary>
    /// <param name="name">Its name in its system: <c>catch</c>.</param>
    /// <param name="segments">The first segments of the paths it serves.</param>
    /// <param name="server">Asked for every request: null, or one that is not running, is a service that was stopped.</param>
    /// <param name="health">Its own word on its health; null: healthy while it runs.</param>
    public ServiceEntry(
        string name,
        IReadOnlyList<string> segments,
        Func<InProcessServer?> server,
        Func<ValueTask<ServiceHealth>>? health = null
    )
        : this(name, segments, new InProcessUpstream(server), health) { }

    /// <summary>Whether it needs no restart; null: it never needs one. Liveness probes ask it often and wait a second at most, so it must answer at once, without I/O.
    /// Not asked while the service is stopped.</summary>
    public Func<bool>? IsLive { get; init; }
}
