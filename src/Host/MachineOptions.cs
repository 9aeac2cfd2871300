using System.Net;
using Mannam.Abstractions;
using Mannam.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mannam.Host;

/// <summary>The options of a <see cref="Machine"/>.</summary>
public sealed record MachineOptions
{
    /// <summary>The systems to run; the payment provider runs beside them.</summary>
    public required IReadOnlyList<SystemDeclaration> Systems { get; init; }

    /// <summary>A connection to a PostgreSQL server, with the right to create databases.</summary>
    public required string Postgres { get; init; }

    /// <summary>The addresses of Kafka's brokers; null: events stay on this machine.</summary>
    public string? Kafka { get; init; }

    /// <summary>The full name of the only service to run, possibly one of several replicas; null for all.</summary>
    public string? Alone { get; init; }

    /// <summary>The configuration, below the key <c>Mannam</c>.</summary>
    public required IConfiguration Configuration { get; init; }

    /// <summary>The key for internal calls; null if all services are in this process.</summary>
    public InternalKey? InternalKey { get; init; }

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 for any free port.</summary>
    public int Port { get; init; }

    /// <summary>Whether the only system also uses the ports and host names of its document: each service has its own, the gateway's serve all.</summary>
    public bool DocumentPorts { get; init; }

    /// <summary>The clock of all services; null: each uses its own database's time.</summary>
    public TimeProvider? Time { get; init; }

    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The process's own pages, by path.</summary>
    public IReadOnlyDictionary<string, RequestDelegate> Pages { get; init; } = new Dictionary<string, RequestDelegate>();

    /// <summary>Additional parts of the health page, by name: its PostgreSQL.</summary>
    public IReadOnlyDictionary<string, Func<ServiceHealth>> Parts { get; init; } = new Dictionary<string, Func<ServiceHealth>>();
}
