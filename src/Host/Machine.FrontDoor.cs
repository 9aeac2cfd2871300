using System.Net.Sockets;
using Mannam.Abstractions;
using Mannam.Gateway;
using Mannam.Payments.Provider;

namespace Mannam.Host;

/// <content>Its one port.</content>
public sealed partial class Machine
{
    private async Task OpenFrontDoorAsync(CancellationToken ct)
    {
        edge = MakeFrontDoor();
        try
        {
            await edge.StartAsync(ct);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw InstallationException.OfPort(options.Address, options.Port, e);
        }
    }

    private EdgeServer MakeFrontDoor() =>
        new(
            new EdgeOptions
            {
                Address = options.Address,
                Port = options.Port,
                Systems = options.Alone is null
                    ? [.. options.Systems.Select(s => new SystemEntry(s.Name, s.Title, [.. s.Services.Select(Entry)]))]
                    : [.. services.Select(s => Alone(s.Service, Entry(s.Service)))],
                Operators = options.Alone is null ? [Entry(ProviderService.Declaration)] : [],
                ForPeers = options.Alone is not null,
                Hosts = settings.Get(HostSettings.Hosts),
                Origins = settings.Get(HostSettings.CorsOrigins),
                TrustedProxies = settings.Get(HostSettings.TrustedProxies),
                Pages = options.Pages,
                Parts = options.Parts,
                MaxConcurrentRequests = (int)settings.Get(HostSettings.RequestsInProgress),
                MaxConnections = OpenFiles.Connections(
                    settings,
                    OpenFiles.Of(services.Count, kafka is null ? Topics.Count : 0, kafka is not null)
                ),
                MaxConnectionsPerClient = (int)settings.Get(HostSettings.ConnectionsPerClient),
            }
        );

    private List<string> Topics => [.. services.Select(s => s.Topic).Where(t => t.Length > 0).Distinct()];

    /// <summary>A service of its own: at the root, and below its system's name as everywhere.</summary>
    internal static SystemEntry Alone(ServiceDeclaration service, ServiceEntry entry) =>
        new(service.System.Length > 0 ? service.System : service.Name, service.Title, [entry]);

    private ServiceEntry Entry(ServiceDeclaration service) =>
        new(
            service.Name,
            service.Paths,
            new InProcessUpstream(() => ServerOf(service.FullName), options.InternalKey),
            () => this[service.FullName].HealthAsync(CancellationToken.None)
        );
}
