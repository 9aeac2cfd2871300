using System.CommandLine;
using System.Net.Sockets;
using Mannam.Gateway;
using Mannam.Host.Output;
using Mannam.Hosting;

namespace Mannam.Host.Commands;

/// <summary><c>mannam gateway taxi --port 8088</c>: the single entry to systems whose services run in their own processes, until it is stopped.</summary>
internal static class Gateway
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(8);

    public static Command Command()
    {
        var systems = new Argument<string>("systems")
        {
            Description = "A system, also served at the root, or several, separated by commas.",
        };
        var port = new Option<int?>("--port") { Description = "The port to listen on; default: the system's own; 0: any free port." };
        var listen = Options.Listen();
        var set = Options.Set();
        var config = Options.Config();
        var command = new Command("gateway", "Forwards requests to services in other processes, and prints its address when it is ready.")
        {
            systems,
            port,
            listen,
            set,
            config,
        };
        command.SetAction(
            (parsed, ct) =>
            {
                var configuration = ConfigurationFactory.From(parsed.GetValue(config) ?? [], parsed.GetValue(set) ?? []);
                configuration.Check(Machine.SettingsOf(Up.AllSystems));
                var chosen = Up.Chosen(parsed.GetValue(systems)!);
                var settings = configuration.SettingsOf(HostSettings.Scope);
                var options = new EdgeOptions
                {
                    Address = Options.AddressOf(parsed.GetValue(listen)!),
                    Port = Options.PortOf(parsed.GetValue(port) ?? chosen[0].Port),
                    Hosts = settings.Get(HostSettings.Hosts),
                    Origins = settings.Get(HostSettings.CorsOrigins),
                    TrustedProxies = settings.Get(HostSettings.TrustedProxies),
                    MaxConcurrentRequests = (int)settings.Get(HostSettings.RequestsInProgress),
                    // Each connection may need another one to a service.
                    MaxConnections = OpenFiles.Connections(settings, OpenFiles.OfGateway, each: 2),
                    MaxConnectionsPerClient = (int)settings.Get(HostSettings.ConnectionsPerClient),
                    RequestsPerSecond = (int)settings.Get(HostSettings.RequestsPerSecond),
                };
                return RunAsync(
                    options,
                    [.. chosen.Select(s => GatewaySettings.Read(s, configuration))],
                    settings.Get(HostSettings.DrainSpreadOut),
                    ct
                );
            }
        );
        return command;
    }

    private static async Task<int> RunAsync(
        EdgeOptions options,
        IReadOnlyList<RemoteSystem> systems,
        TimeSpan drain,
        CancellationToken stop
    )
    {
        await using var output = OutputWriter.OfOutput();
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = Environments.Production }).WithoutSignals();
        builder.Logging.AddMannamLog();
        builder.AddMannamGateway(options, systems);
        await using var app = builder.Build();
        app.UseMannamEdge();
        app.MapMannam();
        var edge = app.Services.GetRequiredService<Edge>();
        try
        {
            await app.StartAsync(stop);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw InstallationException.OfPort(options.Address, options.Port, e);
        }
        await Console.Out.WriteLineAsync($"ready {edge.Address.ToString().TrimEnd('/')}");
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Console.Error.WriteLineAsync("mannam: stopping");
        edge.BeginDrain();
        await Task.Delay(drain, CancellationToken.None);
        using var grace = new CancellationTokenSource(Grace);
        await app.StopAsync(grace.Token);
        return 0;
    }
}
