using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Law;
using Mannam.Local;
using Mannam.Payments.Provider;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;
using GenericHost = Microsoft.Extensions.Hosting.Host;

namespace Mannam.Tests.Chassis.Hosting;

public sealed class MissingDatabaseTests
{
    [Fact]
    public async Task A_start_without_a_topics_database_names_the_setting()
    {
        var builder = GenericHost.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging().AddLocalTransport("law");

        Assert.Equal("ConnectionStrings:law is not set: the database of the topic law.", await RefusedAsync(builder));
    }

    [Fact]
    public async Task A_start_without_a_services_database_names_the_setting()
    {
        var builder = GenericHost.CreateEmptyApplicationBuilder(null);
        builder.AddMannam(LawSystem.Declaration, mannam => mannam.Services = ["board"]);

        Assert.Equal("ConnectionStrings:law.board is not set: the database of law.board.", await RefusedAsync(builder));
    }

    [Fact]
    public async Task A_start_without_a_transport_says_how_to_register_one()
    {
        var builder = GenericHost.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.AddMannam(
            LawSystem.Declaration,
            mannam => (mannam.Services, mannam.ConnectionString) = (["board"], _ => "Host=127.0.0.1;Port=1")
        );

        Assert.Equal(
            "law.board has no transport for its events: register one, such as AddLocalTransport or AddKafkaTransport.",
            await RefusedAsync(builder)
        );
    }

    [Fact]
    public void A_service_without_events_needs_no_transport()
    {
        var builder = GenericHost.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.AddMannam(ProviderService.Declaration, mannam => mannam.ConnectionString = _ => "Host=127.0.0.1;Port=1");
        using var host = builder.Build();
        var services = host.Services.GetRequiredService<MannamServices>();
        services.Bind(host.Services);
        services.Prepare();
    }

    private static async Task<string> RefusedAsync(HostApplicationBuilder builder)
    {
        using var host = builder.Build();
        return (await Assert.ThrowsAsync<ConfigurationException>(() => host.StartAsync(TestContext.Current.CancellationToken))).Message;
    }
}
