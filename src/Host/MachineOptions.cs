using System.Net;
using Mannam.Abstractions;
using Mannam.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mannam.Host;

/// <summary>What a <see cref="Machine"/> runs, and on what.</summary>
public sealed record MachineOptions
{
    /// <summary>The systems to run; the payment provider runs beside them.</summary>
    public required IReadOnlyList<SystemDeclaration> Systems { get; init; }

    /// <summary>A connection to a PostgreSQL server that may create databases.</summary>
    public required string Postgres { get; init; }

    /// <summary>The addresses of Kafka's brokers; null keeps events on this machine.</summary>
    public string? Kafka { get; init; }

    /// <summary>The one service of it to run, by its full name, as one of perhaps several replicas; null for all.</summary>
    public string? Alone { get; init; }

    /// <summary>All that was configured, below the key <c>Mannam</c>.</summary>
    public required IConfiguration Configuration { get; init; }

    /// <summary>What the services of an installation know each other by; null where all of them are in this process.</summary>
    public InternalKey? InternalKey { get; init; }

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Whether the one system is served by the ports and host names of its document too: each service by its own, all by the gateway's.</summary>
    public bool DocumentPorts { get; init; }

    /// <summary>The clock of all services; null for each the one of its own database.</summary>
    public TimeProvider? Time { get; init; }

    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Pages of the process's own, by path.</summary>
    public IReadOnlyDictionary<string, RequestDelegate> Pages { get; init; } = new Dictionary<string, RequestDelegate>();

    /// <summary>What else belongs to the health of the whole, by name: its PostgreSQL.</summary>
    public IReadOnlyDictionary<string, Func<ServiceHealth>> Parts { get; init; } = new Dictionary<string, Func<ServiceHealth>>();
}
