using Mannam.Abstractions;

namespace Mannam.Host;

/// <summary>Under which ports and host names a system's document asks for its services (<c>http://localhost:8081</c>, <c>http://catch:8080</c>).</summary>
internal static class DocumentPorts
{
    // In a cluster every container is on this port, the gateway too.
    private const int OfContainers = 8080;

    /// <summary>The ports, each with the full name of its service; null for the gateway's.</summary>
    public static Dictionary<int, string?> Of(SystemDeclaration system)
    {
        var ports = system.Services.ToDictionary(s => s.Port, s => (string?)s.FullName);
        ports[system.Port] = ports[OfContainers] = null;
        return ports;
    }

    /// <summary>The host names, each with the full name of its service; null for the gateway's.</summary>
    public static Dictionary<string, string?> HostsOf(SystemDeclaration system) =>
        new(system.Services.Select(s => KeyValuePair.Create(s.Name, (string?)s.FullName))) { ["gateway"] = null };
}
