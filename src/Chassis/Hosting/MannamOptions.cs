namespace Mannam.Hosting;

/// <summary>What <see cref="MannamHosting.AddMannam(Microsoft.Extensions.Hosting.IHostApplicationBuilder, SystemDeclaration, Action{MannamOptions}?)"/> runs, and on what.</summary>
public sealed class MannamOptions
{
    /// <summary>The names of the system's services that run in this process, such as <c>consult</c>; null for all of them.</summary>
    public IReadOnlyCollection<string>? Services { get; set; }

    /// <summary>The database of a service, its own. Unless given: the connection string of the service's full name (<c>ConnectionStrings:law.consult</c>).</summary>
    public Func<ServiceDeclaration, string>? ConnectionString { get; set; }

    /// <summary>How events travel. Unless given: the <see cref="ITransport"/> of the host's container.</summary>
    public ITransport? Transport { get; set; }

    /// <summary>The clock. Unless given: the one of each service's own database.</summary>
    public TimeProvider? Time { get; set; }

    /// <summary>What services in different processes know each other's internal calls by. Without it, internal calls from other processes are refused.</summary>
    public InternalKey? InternalKey { get; set; }

    /// <summary>Whether other replicas of the services may run; true unless it is certain that none does.</summary>
    public bool Replicated { get; set; } = true;

    /// <summary>Whether loops (relay, consumer, scheduler) repeat by themselves; a test that makes single steps says false.</summary>
    public bool RunLoops { get; set; } = true;

    /// <summary>Whether the service is for operators: served at <c>/{name}/…</c>, and only to direct callers on this machine.</summary>
    public bool ForOperators { get; set; }
}
