using System.Net;
using Microsoft.AspNetCore.Http;

namespace Mannam.Gateway;

/// <summary>What a <see cref="EdgeServer"/> serves, where, and to whom.</summary>
public sealed record EdgeOptions
{
    /// <summary>The address to listen on. Loopback unless told otherwise; what that allows is told at <see cref="EdgeServer"/>.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port, 0 to 65535; 0 takes a free one.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>The systems, each at <c>/{name}/…</c>; one alone is at the root too.</summary>
    public required IReadOnlyList<SystemEntry> Systems { get; init; }

    /// <summary>Services for operators, each with all its paths at <c>/{name}/…</c>, for direct callers on this machine only.</summary>
    public IReadOnlyList<ServiceEntry> Operators { get; init; } = [];

    /// <summary>Host names, with or without a port, that are answered on loopback besides those of loopback itself.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Origins (<c>https://app.example</c>) whose pages may call, besides those of this machine when on loopback.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Addresses or networks (<c>10.0.0.0/8</c>) whose <c>X-Forwarded-*</c> are believed, besides loopback.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>Pages of the process's own, by path.</summary>
    public IReadOnlyDictionary<string, RequestDelegate> Pages { get; init; } = new Dictionary<string, RequestDelegate>();

    /// <summary>What else belongs to the health of the whole, by name.</summary>
    public IReadOnlyDictionary<string, Func<ServiceHealth>> Parts { get; init; } = new Dictionary<string, Func<ServiceHealth>>();

    /// <summary>How many requests a second each client may make; one more gets 429. 0 for any number.</summary>
    public int RequestsPerSecond { get; init; }

    /// <summary>Whether this is the door of a service that runs alone, for peers and gateways: what web pages may is the gateways' business.</summary>
    public bool ForPeers { get; init; }

    /// <summary>How many requests may be in progress at once; one more gets 503. At least 1. One service of several may have three quarters of them.</summary>
    public int MaxConcurrentRequests { get; init; } = 512;

    /// <summary>How many connections may be open at once; one more is closed. At least 1.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>How many of them one client may have, by its address; one more is closed. 0 for half of all.</summary>
    public int MaxConnectionsPerClient { get; init; }

    /// <summary>How many bytes a second a client must read of an answer that waits for it, on the whole; one that reads less is cut off.</summary>
    public int MinBytesPerSecond { get; init; } = 4096;

    /// <summary>How long a new connection may say nothing.</summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>A system at the front door.</summary>
/// <param name="Name">The first segment of its paths: <c>taxi</c>.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Services">Its services.</param>
public sealed record SystemEntry(string Name, string Title, IReadOnlyList<ServiceEntry> Services);

/// <summary>A service at the front door.</summary>
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
}
