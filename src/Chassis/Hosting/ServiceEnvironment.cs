using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Mannam.Hosting;

/// <summary>What a service is given by the process it runs in. It decides between one machine and many; the service never knows.</summary>
public sealed record ServiceEnvironment
{
    /// <summary>The database that is this service's alone.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>How its events travel; null for a service that takes no part in events.</summary>
    public ITransport? Transport { get; init; }

    /// <summary>The system's topic; empty for a service that takes no part in events.</summary>
    public required string Topic { get; init; }

    /// <summary>Who publishes what in the topic: the names of events, each with its source. From another source it is another event.</summary>
    public required IReadOnlySet<(string Event, string Source)> Publishers { get; init; }

    /// <summary>All that was configured; its settings are below <c>Mannam:{System}:{Service}</c>.</summary>
    public required IConfiguration Configuration { get; init; }

    /// <summary>The way to a peer (by its full name) in the same process, through its whole HTTP pipeline; null when it is not here.</summary>
    public required Func<string, HttpMessageHandler?> InProcess { get; init; }

    /// <summary>What it shows to services of its system that it calls in other processes; null where there are none.</summary>
    public InternalKey? InternalKey { get; init; }

    public ILoggerFactory Logging { get; init; } = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance;

    /// <summary>Its clock; null for the one of its own database, as in production.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>Whether other replicas of the service may run beside this one.</summary>
    public bool Replicated { get; init; }

    /// <summary>Whether the host repeats the loops; a test that makes single steps says false.</summary>
    public bool RunLoops { get; init; } = true;
}
