using Mannam.Host;
using Mannam.Host.Commands;
using Mannam.Hosting;
using Mannam.Payments.Provider;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Mannam.Tests.Chassis.Hosting;

public sealed class MappedPathsTests
{
    public static TheoryData<string> Services =>
        [.. Up.AllSystems.SelectMany(s => s.Services).Append(ProviderService.Declaration).Select(s => s.FullName)];

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_alone_is_served_at_the_root_and_below_its_system(string name)
    {
        var service = ServiceStore.Declared(ServiceStore.All, name);
        var starts = Mapped(builder =>
        {
            if (service.System.Length > 0)
                builder.AddMannam(Up.Named(service.System), mannam => mannam.Services = [service.Name]);
            else
                builder.AddMannam(service);
        });
        var system = service.System.Length > 0 ? service.System : service.Name;
        Assert.Equal(service.Paths.SelectMany(p => (string[])[$"/{p}", $"/{system}/{p}"]).Order(), starts.Order());
    }

    [Fact]
    public void Several_systems_are_served_below_their_names_only()
    {
        var starts = Mapped(builder =>
        {
            foreach (var system in Up.AllSystems)
                builder.AddMannam(system);
        });
        var expected = Up.AllSystems.SelectMany(s => s.Services, (system, service) => service.Paths.Select(p => $"/{system.Name}/{p}"));
        Assert.Equal(expected.SelectMany(p => p).Order(), starts.Order());
    }

    [Fact]
    public void Services_of_one_system_that_are_added_one_by_one_are_one_system()
    {
        var law = Up.Named("law");
        var starts = Mapped(builder =>
        {
            foreach (var service in law.Services)
                builder.AddMannam(law, mannam => mannam.Services = [service.Name]);
        });
        Assert.Equal(Mapped(builder => builder.AddMannam(law)).Order(), starts.Order());
        Assert.Contains("/consult", starts);
    }

    [Fact]
    public void Two_services_that_claim_one_path_are_refused()
    {
        var entry = new ServiceEntry("one", ["things"], () => null);
        var other = new ServiceEntry("other", ["things"], () => null);
        var refused = Assert.Throws<InvalidOperationException>(() =>
            Mapped(b => b.AddMannam(new SystemEntry("shop", "Shop", [entry, other])))
        );
        Assert.Equal("'/shop/things' is claimed twice", refused.Message);
    }

    [Fact]
    public void A_service_that_is_added_twice_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => Mapped(b => b.AddMannam(Up.Named("law")).AddMannam(Up.Named("law"))));

    [Fact]
    public void A_service_that_the_system_does_not_have_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => Mapped(b => b.AddMannam(Up.Named("law"), mannam => mannam.Services = ["pickup"])));

    // The beginning of each mapped path, such as /law/consult.
    private static List<string> Mapped(Action<WebApplicationBuilder> add)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.UseInProcess(new InProcessServer());
        add(builder);
        var app = builder.Build();
        app.MapMannam();
        return
        [
            .. ((IEndpointRouteBuilder)app)
                .DataSources.SelectMany(s => s.Endpoints)
                .Select(e => ((RouteEndpoint)e).RoutePattern.RawText!.Replace("/{**rest}", "", StringComparison.Ordinal)),
        ];
    }
}
