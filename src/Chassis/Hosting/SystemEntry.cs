namespace Mannam.Hosting;

/// <summary>A system whose paths a host serves.</summary>
/// <param name="Name">The first segment of its paths: <c>taxi</c>.</param>
/// <param name="Title">The name that people use.</param>
/// <param name="Services">Its services.</param>
public sealed record SystemEntry(string Name, string Title, IReadOnlyList<ServiceEntry> Services);

/// <summary>A service whose paths a host serves.</summary>
/// <param name="Name">Its name in its system: <c>catch</c>.</param>
/// <param name="Segments">The first segments of its paths: <c>catches</c>. An operators' service serves all paths below its name.</param>
/// <param name="Upstream">Reaches the service.</param>
/// <param name="Health">Returns its health; null: it is healthy while it runs. Not called while it is stopped.</param>
public sealed record ServiceEntry(
    string Name,
    IReadOnlyList<string> Segments,
    IUpstream Upstream,
    Func<ValueTask<ServiceHealth>>? Health = null
)
{
    /// <summary>A service of this process.</summary>
    /// <param name="name">Its name in its system: <c>catch</c>.</param>
    /// <param name="segments">The first segments of its paths.</param>
    /// <param name="server">Called for every request. Null, or a server that is not running, means that the service is stopped.</param>
    /// <param name="health">Returns its health; null: it is healthy while it runs.</param>
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
