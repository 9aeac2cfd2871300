namespace Mannam.Hosting;

/// <summary>The options of <see cref="MannamHosting.AddMannam(Microsoft.Extensions.Hosting.IHostApplicationBuilder, SystemDeclaration, Action{MannamOptions}?)"/>.</summary>
public sealed class MannamOptions
{
    /// <summary>The names of the system's services to run in this process, such as <c>consult</c>; null for all.</summary>
    public IReadOnlyCollection<string>? Services { get; set; }

    /// <summary>Returns a service's own database. Default: the connection string of the service's full name (<c>ConnectionStrings:law.consult</c>).</summary>
    public Func<ServiceDeclaration, string>? ConnectionString { get; set; }

    /// <summary>Carries events. Default: the <see cref="ITransport"/> of the host's container.</summary>
    public ITransport? Transport { get; set; }

    /// <summary>The clock. Default: the time of each service's own database.</summary>
    public TimeProvider? Time { get; set; }

    /// <summary>The key by which services in different processes recognise internal calls. Without it, internal calls from other processes are refused.</summary>
    public InternalKey? InternalKey { get; set; }

    /// <summary>Whether other replicas of the services may run. Set it to false only if there are certainly none.</summary>
    public bool Replicated { get; set; } = true;

    /// <summary>Whether loops (relay, consumer, scheduler) repeat by themselves; false for a test that runs single steps.</summary>
    public bool RunLoops { get; set; } = true;

    /// <summary>Whether the service is for operators: at <c>/{name}/…</c>, only for direct callers on this machine.</summary>
    public bool ForOperators { get; set; }
}
