using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Mannam.Hosting;

/// <summary>What a process provides to a service. Only this differs between one machine and many.</summary>
public sealed record ServiceEnvironment
{
    /// <summary>The service's own database.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Carries its events; null for a service without events.</summary>
    public ITransport? Transport { get; init; }

    /// <summary>The system's topic; empty for a service without events.</summary>
    public required string Topic { get; init; }

    /// <summary>The published events of the topic by name, each with its source. The same name from another source is another event.</summary>
    public required IReadOnlySet<(string Event, string Source)> Publishers { get; init; }

    /// <summary>The configuration. The service's settings are below <c>Mannam:{System}:{Service}</c>.</summary>
    public required IConfiguration Configuration { get; init; }

    /// <summary>The handler for a peer (by full name) in the same process, which calls its whole HTTP pipeline; null if the peer is elsewhere.</summary>
    public required Func<string, HttpMessageHandler?> InProcess { get; init; }

    /// <summary>The key for internal calls to services of its system in other processes; null if there are none.</summary>
    public InternalKey? InternalKey { get; init; }

    public ILoggerFactory Logging { get; init; } = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance;

    /// <summary>Its clock; null (as in production) for the time of its own database.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>Whether other replicas of the service may run.</summary>
    public bool Replicated { get; init; }

    /// <summary>Whether the host repeats the loops; false for a test that runs single steps.</summary>
    public bool RunLoops { get; init; } = true;
}
