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
        builder.Configuration.AddConfiguration(_options.Configuration);
        builder.Services.AddSingleton(_options.Logging);
        AddTransport(builder.Services);
        builder.AddMannamEdge(EdgeOptions());
        foreach (var system in _options.Systems)
            builder.AddMannam(system, mannam => Configure(mannam, system.Services));
        if (_options.Alone is null || _options.Alone == ProviderService.Declaration.FullName)
        {
            builder.AddMannam(
                ProviderService.Declaration,
                mannam =>
                {
                    Configure(mannam, []);
                    mannam.ForOperators = _options.Alone is null;
                }
            );
        }

        var built = builder.Build();
        built.UseMannamEdge();
        built.MapMannam();
        return built;
    }

    private void AddTransport(IServiceCollection to)
    {
        if (_options.Kafka is { } bootstrap)
            to.AddKafkaTransport(HostSettings.KafkaOptions(bootstrap, _settings));
        else
            Topics.ForEach(topic => to.AddLocalTransport(topic, _databases.Log(topic), (int)_settings.Get(HostSettings.Partitions)));
    }

    private void Configure(MannamOptions mannam, IReadOnlyList<ServiceDeclaration> all)
    {
        if (_options.Alone is { } alone)
            mannam.Services = [.. all.Where(s => s.FullName == alone).Select(s => s.Name)];
        mannam.ConnectionString = s => _databases.Service(s.FullName);
        mannam.Time = _options.Time;
        mannam.InternalKey = _options.InternalKey;
        mannam.Replicated = _options.Alone is not null;
    }

    private EdgeOptions EdgeOptions() =>
        new()
        {
            Address = _options.Address,
            Port = _options.Port,
            ForPeers = _options.Alone is not null,
            ServicePorts = _options.DocumentPorts ? DocumentPorts.Of(_options.Systems[0]) : new Dictionary<int, string?>(),
            ServiceHosts = _options.DocumentPorts ? DocumentPorts.HostsOf(_options.Systems[0]) : new Dictionary<string, string?>(),
            Hosts = _settings.Get(HostSettings.Hosts),
            Origins = _settings.Get(HostSettings.CorsOrigins),
            TrustedProxies = _settings.Get(HostSettings.TrustedProxies),
            Pages = _options.Pages,
            Parts = _options.Parts,
            MaxConcurrentRequests = (int)_settings.Get(HostSettings.RequestsInProgress),
            MaxConnections = OpenFiles.Connections(
                _settings,
                OpenFiles.Of(_services.Count, _options.Kafka is null ? Topics.Count : 0, _options.Kafka is not null)
            ),
            MaxConnectionsPerClient = (int)_settings.Get(HostSettings.ConnectionsPerClient),
        };

    private async Task OpenAsync(WebApplication built, CancellationToken ct)
    {
        try
        {
            await built.StartAsync(ct);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw InstallationException.OfPort(_options.Address, _options.Port, e);
        }
    }

    private List<string> Topics => [.. _services.Select(s => s.Topic).Where(t => t.Length > 0).Distinct()];
}
