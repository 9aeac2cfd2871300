using Mannam.Abstractions;
using Mannam.Gateway;
using Mannam.Hosting;

namespace Mannam.Host;

/// <summary>A gateway's settings with the services' addresses: <c>Taxi:Gateway:CatchUrl</c> and so on, one address or several.</summary>
internal static class GatewaySettings
{
    /// <summary>All of a system's settings, with their scope.</summary>
    public static IEnumerable<(string Scope, Setting Setting)> Of(SystemDeclaration system) =>
        system.Services.Select(s => (Scope(system), (Setting)AddressesOf(s)));

    /// <summary>The configured system.</summary>
    public static RemoteSystem Read(SystemDeclaration system, IConfiguration configuration)
    {
        var settings = configuration.SettingsOf(Scope(system));
        return new(
            system.Name,
            system.Title,
            [.. system.Services.Select(s => new RemoteService(s.Name, s.Paths, settings.Get(AddressesOf(s))))]
        );
    }

    private static string Scope(SystemDeclaration system) => $"{system.SettingsScope}:Gateway";

    private static Setting<IReadOnlyList<Uri>> AddressesOf(ServiceDeclaration service) =>
        Setting.Addresses(
            $"{char.ToUpperInvariant(service.Name[0])}{service.Name[1..]}Url",
            $"the address of {service.FullName}, or those of its replicas",
            $"http://127.0.0.1:{service.Port}"
        );
}
