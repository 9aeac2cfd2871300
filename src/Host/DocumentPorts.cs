using Mannam.Abstractions;

namespace Mannam.Host;

/// <summary>The ports and host names that a system's document uses for its services (<c>http://localhost:8081</c>, <c>http://catch:8080</c>).</summary>
internal static class DocumentPorts
{
    // The port of every container of a cluster, also of the gateway.
    private const int OfContainers = 8080;

    /// <summary>The ports, each with its service's full name; null for the gateway.</summary>
    public static Dictionary<int, string?> Of(SystemDeclaration system)
    {
        var ports = system.Services.ToDictionary(s => s.Port, s => (string?)s.FullName);
        ports[system.Port] = ports[OfContainers] = null;
        return ports;
    }

    /// <summary>The host names, each with its service's full name; null for the gateway.</summary>
    public static Dictionary<string, string?> HostsOf(SystemDeclaration system) =>
        new(system.Services.Select(s => KeyValuePair.Create(s.Name, (string?)s.FullName))) { ["gateway"] = null };
}
