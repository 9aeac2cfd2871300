using System.CommandLine;
using System.Net;
using Mannam.Abstractions;
using Mannam.Host.Output;
using Mannam.Hosting;
using Mannam.Insurance;
using Mannam.Law;
using Mannam.Taxi;

namespace Mannam.Host.Commands;

/// <summary><c>mannam up</c>: everything on one machine, in the foreground.</summary>
internal static class Up
{
    /// <summary>All systems.</summary>
    public static readonly IReadOnlyList<SystemDeclaration> AllSystems =
    [
        TaxiSystem.Declaration,
        LawSystem.Declaration,
        InsuranceSystem.Declaration,
    ];

    public static Command Command()
    {
        var systems = new Option<string>("--systems") { Description = "The systems to run, separated by commas; default: all." };
        var port = new Option<int>("--port") { Description = "The port to listen on; 0: any free port.", DefaultValueFactory = _ => 8080 };
        var listen = Options.Listen();
        var data = Options.Data();
        var kafka = Options.Kafka();
        var postgres = new Option<string?>("--postgres")
        {
            Description =
                "The connection string of a PostgreSQL server, with the right to create databases; default: a private server in the data folder.",
        };
        var set = Options.Set();
        var config = Options.Config();
        var documentPorts = new Option<bool>("--document-ports")
        {
            Description =
                "Also listens on the ports of the system's document (8081, 8082, …), one per service, and answers its service names.",
        };
        var command = new Command("up", "Runs everything on this machine until Ctrl-C, and prints its address when it is ready.")
        {
            systems,
            port,
            listen,
            data,
            postgres,
            kafka,
            documentPorts,
            set,
            config,
        };
        command.SetAction(
            (parsed, ct) =>
                RunAsync(
                    new Choice(
                        Chosen(parsed.GetValue(systems)),
                        Options.AddressOf(parsed.GetValue(listen)!),
                        Options.PortOf(parsed.GetValue(port)),
                        Installation.At(parsed.GetValue(data)!),
                        Options.ServerOf(parsed.GetValue(postgres)),
                        parsed.GetValue(kafka),
                        parsed.GetValue(documentPorts),
                        ConfigurationFactory.From(parsed.GetValue(config) ?? [], parsed.GetValue(set) ?? [])
                    ),
                    ct
                )
        );
        return command;
    }

    private sealed record Choice(
        IReadOnlyList<SystemDeclaration> Systems,
        IPAddress Listen,
        int Port,
        Installation Installation,
        string? Postgres,
        string? Kafka,
        bool DocumentPorts,
        IConfiguration Configuration
    );

    /// <exception cref="ConfigurationException">A name is unknown.</exception>
    public static IReadOnlyList<SystemDeclaration> Chosen(string? text)
    {
        if (text is null)
            return AllSystems;
        var names = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.Length > 0 ? [.. names.Distinct().Select(Named)] : throw new ConfigurationException("--systems names no system.");
    }

    /// <exception cref="ConfigurationException">The name is unknown.</exception>
    public static SystemDeclaration Named(string name) =>
        AllSystems.FirstOrDefault(s => s.Name == name)
        ?? throw new ConfigurationException($"there is no system {name}; there are {string.Join(", ", AllSystems.Select(s => s.Name))}.");

    private static async Task<int> RunAsync(Choice choice, CancellationToken stop)
    {
        choice.Configuration.Check(Machine.SettingsOf(AllSystems));
        if (choice is { DocumentPorts: true, Systems.Count: > 1 })
        {
            throw new ConfigurationException(
                "--document-ports needs exactly one system, because the documents share their ports: --systems taxi."
            );
        }

        using var only = choice.Installation.Lock();
        await using var output = OutputWriter.OfOutput();
        try
        {
            await StartAndStopAsync(choice, stop);
        }
        catch (Exception e) when (stop.IsCancellationRequested)
        {
            // An interrupted start may throw any exception.
            Progress(e is OperationCanceledException ? "stopped before it was ready" : $"stopped: {Faults.Sentence(e)}");
        }
        return 0;
    }

    private static Installation.Record RecordOf(Choice choice) =>
        new(
            choice.Postgres,
            choice.Configuration.SettingsOf(HostSettings.Scope).Get(HostSettings.DatabasePrefix),
            AllSystems.ToDictionary(s => s.Name, s => choice.Configuration.SettingsOf(s.SettingsScope).Get(s.Topic)),
            EffectiveSetting.Configured(choice.Configuration),
            choice.Kafka
        );

    private static async Task StartAndStopAsync(Choice choice, CancellationToken stop)
    {
        // In parallel with the start of PostgreSQL.
        Machine.Prepare(choice.Systems);
        var connections = Machine.ConnectionsOf(choice.Systems);
        await using var postgres = choice.Postgres is null
            ? await SupervisedPostgres.StartAsync(choice.Installation.Folder, connections, Progress, stop)
            : null;
        using var logging = LoggerFactory.Create(l => l.AddMannamLog());
        using var diagnostics = Diagnostics.StartIfAsked();
        Progress($"starting {string.Join(", ", choice.Systems.Select(s => s.Name))}");
        await using var machine = await Machine.StartAsync(
            new MachineOptions
            {
                Systems = choice.Systems,
                Postgres = postgres?.ConnectionString ?? choice.Postgres!,
                Kafka = choice.Kafka,
                DocumentPorts = choice.DocumentPorts,
                Configuration = choice.Configuration,
                Address = choice.Listen,
                Port = choice.Port,
                Logging = logging,
                Pages = Diagnostics.Pages(diagnostics),
                Parts = postgres is null ? [] : new Dictionary<string, Func<ServiceHealth>> { ["postgres"] = () => postgres.Health },
            },
            stop
        );
        // Only after its databases exist: a failed start must change nothing for other commands.
        choice.Installation.Remember(RecordOf(choice));
        await using var control = await Control.OpenAsync(choice.Installation, machine, stop);
        await Console.Out.WriteLineAsync($"ready {machine.Address.ToString().TrimEnd('/')}");
        var given = Task.Delay(Timeout.Infinite, stop);
        await Task.WhenAny(postgres is null ? given : postgres.GivenUp, given);
        Progress("stopping");
        await machine.DrainAsync();
        // Everything is stopped in order first.
        if (postgres is { GivenUp.IsCompleted: true })
            throw await postgres.GivenUp;
    }

    private static void Progress(string line) => Console.Error.WriteLine($"mannam: {line}");
}
