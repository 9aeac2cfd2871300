using System.Net.Sockets;
using Mannam.Abstractions;
using Mannam.Gateway;
using Mannam.Hosting;
using Mannam.Kafka;
using Mannam.Local;
using Mannam.Payments.Provider;

namespace Mannam.Host;

/// <content>Its web application.</content>
public sealed partial class Machine
{
    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = Environments.Production }).WithoutSignals();
        builder.Configuration.AddConfiguration(options.Configuration);
        builder.Services.AddSingleton(options.Logging);
        AddTransport(builder.Services);
        builder.AddMannamEdge(EdgeOptions());
        foreach (var system in options.Systems)
            builder.AddMannam(system, mannam => Configure(mannam, system.Services));
        if (options.Alone is null || options.Alone == ProviderService.Declaration.FullName)
            builder.AddMannam(
                ProviderService.Declaration,
                mannam =>
                {
                    Configure(mannam, []);
                    mannam.ForOperators = options.Alone is null;
                }
            );
        var built = builder.Build();
        built.UseMannamEdge();
        built.MapMannam();
        return built;
    }

    private void AddTransport(IServiceCollection to)
    {
        if (options.Kafka is { } bootstrap)
            to.AddKafkaTransport(HostSettings.KafkaOptions(bootstrap, settings));
        else
            Topics.ForEach(topic => to.AddLocalTransport(topic, databases.Log(topic), (int)settings.Get(HostSettings.Partitions)));
    }

    private void Configure(MannamOptions mannam, IReadOnlyList<ServiceDeclaration> all)
    {
        if (options.Alone is { } alone)
            mannam.Services = [.. all.Where(s => s.FullName == alone).Select(s => s.Name)];
        mannam.ConnectionString = s => databases.Service(s.FullName);
        mannam.Time = options.Time;
        mannam.InternalKey = options.InternalKey;
        mannam.Replicated = options.Alone is not null;
    }

    private EdgeOptions EdgeOptions() =>
        new()
        {
            Address = options.Address,
            Port = options.Port,
            ForPeers = options.Alone is not null,
            ServicePorts = options.DocumentPorts ? DocumentPorts.Of(options.Systems[0]) : new Dictionary<int, string?>(),
            ServiceHosts = options.DocumentPorts ? DocumentPorts.HostsOf(options.Systems[0]) : new Dictionary<string, string?>(),
            Hosts = settings.Get(HostSettings.Hosts),
            Origins = settings.Get(HostSettings.CorsOrigins),
            TrustedProxies = settings.Get(HostSettings.TrustedProxies),
            Pages = options.Pages,
            Parts = options.Parts,
            MaxConcurrentRequests = (int)settings.Get(HostSettings.RequestsInProgress),
            MaxConnections = OpenFiles.Connections(
                settings,
                OpenFiles.Of(services.Count, options.Kafka is null ? Topics.Count : 0, options.Kafka is not null)
            ),
            MaxConnectionsPerClient = (int)settings.Get(HostSettings.ConnectionsPerClient),
        };

    private async Task OpenAsync(WebApplication built, CancellationToken ct)
    {
        try
        {
            await built.StartAsync(ct);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw InstallationException.OfPort(options.Address, options.Port, e);
        }
    }

    private List<string> Topics => [.. services.Select(s => s.Topic).Where(t => t.Length > 0).Distinct()];
}
