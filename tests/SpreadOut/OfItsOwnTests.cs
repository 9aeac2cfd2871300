using Mannam.Gateway;
using Mannam.Host;
using Mannam.Host.Commands;
using Mannam.Payments.Provider;
using Xunit;

namespace Mannam.Tests.SpreadOut;

public sealed class OfItsOwnTests
{
    public static TheoryData<string> Services =>
        [.. Up.AllSystems.SelectMany(s => s.Services).Append(ProviderService.Declaration).Select(s => s.FullName)];

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_in_a_process_of_its_own_serves_its_paths_at_the_root_and_below_its_system(string name)
    {
        var service = ServiceStore.Declared(ServiceStore.All, name);
        var entry = new ServiceEntry(service.Name, service.Paths, () => null);

        var routes = new RouteTable(new EdgeOptions { Systems = [Machine.Alone(service, entry)] });

        Assert.All(service.Paths, path => Assert.Equal((entry, null), (routes.AtRoot("/" + path)?.Entry, routes.System("/" + path))));
        if (service.System.Length > 0)
            Assert.All(service.Paths, path => Assert.Equal(entry, routes.System($"/{service.System}/{path}")?.Find("/" + path)?.Entry));
    }
}
