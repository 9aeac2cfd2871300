using System.Net;
using Microsoft.AspNetCore.Http;

namespace Mannam.Gateway;

/// <summary>Where an <see cref="Edge"/> listens, whom it answers, and its limits.</summary>
public sealed record EdgeOptions
{
    /// <summary>The largest body that is read, in bytes: 1 MiB. Reading on is refused with 413.</summary>
    public const int MaxBody = 1 << 20;

    /// <summary>The address to listen on. Loopback unless told otherwise; what that allows is told at <see cref="Edge"/>.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port, 0 to 65535; 0 takes a free one.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Further ports to listen on: by each, only the service of that full name is reached (<c>taxi.catch</c>); the whole, where it is null.</summary>
    public IReadOnlyDictionary<int, string?> ServicePorts { get; init; } = new Dictionary<int, string?>();

    /// <summary>Further host names that are answered: under each, only the service of that full name is reached; the whole, where it is null.</summary>
    public IReadOnlyDictionary<string, string?> ServiceHosts { get; init; } = new Dictionary<string, string?>();

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
