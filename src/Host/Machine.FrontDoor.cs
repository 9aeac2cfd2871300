using System.Net.Sockets;
using Mannam.Chassis.Declaration;
using Mannam.Chassis.FrontDoor;
using Mannam.Payments.Provider;
using Microsoft.AspNetCore.Connections;
using Door = Mannam.Chassis.FrontDoor.FrontDoor;

namespace Mannam.Host;

/// <content>Its one port.</content>
public sealed partial class Machine
{
    private async Task OpenFrontDoorAsync(CancellationToken ct)
    {
        frontDoor = MakeFrontDoor();
        try
        {
            await frontDoor.StartAsync(ct);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            var why = e.InnerException is AddressInUseException ? "it is taken" : e.Message.TrimEnd('.');
            throw new InstallationException(
                $"port {options.Port} of {options.Address} cannot be opened ({why}); --port and --listen name another."
            );
        }
    }

    private Door MakeFrontDoor() =>
        new(
            new FrontDoorOptions
            {
                Address = options.Address,
                Port = options.Port,
                Systems = [.. options.Systems.Select(s => new SystemEntry(s.Name, s.Title, [.. s.Services.Select(Entry)]))],
                Operators = [Entry(ProviderService.Declaration)],
                Hosts = settings.Get(HostSettings.Hosts),
                Origins = settings.Get(HostSettings.CorsOrigins),
                TrustedProxies = settings.Get(HostSettings.TrustedProxies),
                Pages = options.Pages,
                MaxInProgress = (int)settings.Get(HostSettings.RequestsInProgress),
            }
        );

    private ServiceEntry Entry(ServiceDeclaration service) =>
        new(
            service.Name,
            service.Paths,
            () => ServerOf(service.FullName),
            () => this[service.FullName].HealthAsync(CancellationToken.None)
        );
}
