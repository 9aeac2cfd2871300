using System.Net;
using Microsoft.AspNetCore.Http;

namespace Mannam.Gateway;

/// <summary>The options of an <see cref="Edge"/>: its address, the requests that it answers, and its limits.</summary>
public sealed record EdgeOptions
{
    /// <summary>The maximum size of a body, in bytes: 1 MiB. A larger one gets 413.</summary>
    public const int MaxBody = 1 << 20;

    /// <summary>The address to listen on; loopback by default. <see cref="Edge"/> describes the difference.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port, 0 to 65535; 0 for any free port.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Additional ports. Each serves only the service of that full name (<c>taxi.catch</c>), or everything if it is null.</summary>
    public IReadOnlyDictionary<int, string?> ServicePorts { get; init; } = new Dictionary<int, string?>();

    /// <summary>Additional host names. Each serves only the service of that full name, or everything if it is null.</summary>
    public IReadOnlyDictionary<string, string?> ServiceHosts { get; init; } = new Dictionary<string, string?>();

    /// <summary>Host names, with or without a port, that are answered on loopback in addition to loopback's own.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Origins (<c>https://app.example</c>) whose pages may call; on loopback in addition to those of this machine.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Addresses or networks (<c>10.0.0.0/8</c>) whose <c>X-Forwarded-*</c> headers are trusted, in addition to loopback.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>The process's own pages, by path.</summary>
    public IReadOnlyDictionary<string, RequestDelegate> Pages { get; init; } = new Dictionary<string, RequestDelegate>();

    /// <summary>Additional parts of the health page, by name.</summary>
    public IReadOnlyDictionary<string, Func<ServiceHealth>> Parts { get; init; } = new Dictionary<string, Func<ServiceHealth>>();

    /// <summary>The maximum requests per second of each client; more get 429. 0: no limit.</summary>
    public int RequestsPerSecond { get; init; }

    /// <summary>Whether this is the port of a service that runs alone, for peers and gateways. CORS is then the gateways' task.</summary>
    public bool ForPeers { get; init; }

    /// <summary>The maximum number of concurrent requests, at least 1; more get 503. If there are several services, one may have three quarters.</summary>
    public int MaxConcurrentRequests { get; init; } = 512;

    /// <summary>The maximum number of open connections, at least 1; more are closed.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>The maximum number of connections of one client address; more are closed. 0: half of all.</summary>
    public int MaxConnectionsPerClient { get; init; }

    /// <summary>The minimum rate at which a client must read a waiting answer, in bytes per second; a slower client is cut off.</summary>
    public int MinBytesPerSecond { get; init; } = 4096;

    /// <summary>The time limit for the first byte of a new connection.</summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
