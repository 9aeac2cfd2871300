using System.CommandLine;
using System.Net;
using Mannam.Abstractions;
using Mannam.Host.Output;
using Mannam.Hosting;

namespace Mannam.Host.Commands;

/// <summary><c>mannam service taxi.catch --port 8081 --postgres … --kafka …</c>: one service in its own process, possibly one of several replicas, until it
/// is stopped.</summary>
internal static class Service
{
    public static Command Command()
    {
        var service = new Argument<string>("service") { Description = "Its full name, such as taxi.pickup, or provider." };
        var port = new Option<int?>("--port") { Description = "The port to listen on; default: the service's own; 0: any free port." };
        var listen = Options.Listen();
        var postgres = new Option<string>("--postgres")
        {
            Description = "The connection string of a PostgreSQL server; the service's database is created if it is missing.",
            Required = true,
        };
        var kafka = Options.Kafka();
        var data = Options.Data();
        var set = Options.Set();
        var config = Options.Config();
        var command = new Command("service", "Runs one service in its own process until Ctrl-C, and prints its address when it is ready.")
        {
            service,
            port,
            listen,
            postgres,
            kafka,
            data,
            set,
            config,
        };
        command.SetAction(
            (parsed, ct) =>
                RunAsync(
                    Of(
                        ServiceStore.Declared(ServiceStore.All, parsed.GetValue(service)!),
                        parsed.GetValue(port),
                        Options.AddressOf(parsed.GetValue(listen)!),
                        Options.ServerOf(parsed.GetValue(postgres))!,
                        parsed.GetValue(kafka),
                        ConfigurationFactory.From(parsed.GetValue(config) ?? [], parsed.GetValue(set) ?? []),
                        parsed.GetValue(data)!
                    ),
                    ct
                )
        );
        return command;
    }

    private static MachineOptions Of(
        ServiceDeclaration service,
        int? port,
        IPAddress listen,
        string postgres,
        string? kafka,
        IConfiguration configuration,
        string data
    )
    {
        if (kafka is null && service.System.Length > 0)
            throw new ConfigurationException("--kafka is missing: a service in its own process needs Kafka for its events.");
        configuration.Check(Machine.SettingsOf(Up.AllSystems));
        return new()
        {
            Systems = service.System.Length > 0 ? [Up.Named(service.System)] : [],
            Alone = service.FullName,
            Address = listen,
            Port = Options.PortOf(port ?? service.Port),
            Postgres = postgres,
            Kafka = service.System.Length > 0 ? kafka : null,
            Configuration = configuration,
            InternalKey = new InternalKey(InternalKeyFile.Read(configuration.SettingsOf(HostSettings.Scope), data)),
        };
    }

    private static async Task<int> RunAsync(MachineOptions options, CancellationToken stop)
    {
        await using var output = OutputWriter.OfOutput();
        using var logging = LoggerFactory.Create(l => l.AddMannamLog());
        using var diagnostics = Diagnostics.StartIfAsked();
        await using var machine = await Machine.StartAsync(
            options with
            {
                Logging = logging,
                Pages = Diagnostics.Pages(diagnostics),
            },
            stop
        );
        await Console.Out.WriteLineAsync($"ready {machine.Address.ToString().TrimEnd('/')}");
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Console.Error.WriteLineAsync("mannam: stopping");
        await machine.DrainAsync();
        return 0;
    }
}
