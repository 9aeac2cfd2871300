using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Mannam.Chassis.Configuration;
using Mannam.Chassis.Declaration;
using Mannam.Taxi;

namespace Mannam.Host.Commands;

/// <summary><c>mannam up</c>: everything on one machine, in the foreground.</summary>
internal static class Up
{
    /// <summary>Every system there is.</summary>
    public static readonly IReadOnlyList<SystemDeclaration> AllSystems = [TaxiSystem.Declaration];

    public static Command Command()
    {
        var systems = new Option<string>("--systems") { Description = "The systems to run, separated by commas; all unless given." };
        var port = new Option<int>("--port")
        {
            Description = "The port to listen on; 0 takes a free one.",
            DefaultValueFactory = _ => 8080,
        };
        var listen = new Option<string>("--listen") { Description = "The address to listen on.", DefaultValueFactory = _ => "127.0.0.1" };
        var data = Options.Data();
        var postgres = new Option<string?>("--postgres")
        {
            Description =
                "The connection string of a PostgreSQL server that may create databases; a private one in the data folder unless given.",
        };
        var set = new Option<string[]>("--set")
        {
            Description = "A setting: --set Taxi:Catch:PaymentTimeout=610.",
            AllowMultipleArgumentsPerToken = true,
        };
        var config = new Option<string[]>("--config")
        {
            Description = "Settings from a JSON file, or from a folder with a file for each setting.",
        };
        var command = new Command("up", "Runs everything on this machine until Ctrl-C, and prints its address when it is ready.")
        {
            systems,
            port,
            listen,
            data,
            postgres,
            set,
            config,
        };
        command.SetAction(
            (parsed, ct) =>
                RunAsync(
                    new Choice(
                        Chosen(parsed.GetValue(systems)),
                        AddressOf(parsed.GetValue(listen)!),
                        parsed.GetValue(port),
                        Installation.At(parsed.GetValue(data)!),
                        parsed.GetValue(postgres),
                        Configured.From(parsed.GetValue(config) ?? [], parsed.GetValue(set) ?? [])
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
        IConfiguration Configuration
    );

    private static List<SystemDeclaration> Chosen(string? names) =>
        names is null
            ? [.. AllSystems]
            : [.. names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().Select(Named)];

    /// <exception cref="ConfigurationException">There is none of that name.</exception>
    public static SystemDeclaration Named(string name) =>
        AllSystems.FirstOrDefault(s => s.Name == name)
        ?? throw new ConfigurationException($"there is no system {name}; there are {string.Join(", ", AllSystems.Select(s => s.Name))}.");

    private static IPAddress AddressOf(string text) =>
        IPAddress.TryParse(text, out var address)
            ? address
            : throw new ConfigurationException($"--listen is \"{text}\", but an IP address is expected.");

    private static async Task<int> RunAsync(Choice choice, CancellationToken ct)
    {
        Settings.Check(choice.Configuration, Machine.SettingsOf(AllSystems));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        using var only = choice.Installation.Lock();
        choice.Installation.Remember(RecordOf(choice));
        try
        {
            await RunAsync(choice, stop.Token, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Progress("stopped before it was ready");
        }
        return 0;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static Installation.Record RecordOf(Choice choice) =>
        new(
            choice.Postgres,
            new Settings(choice.Configuration, HostSettings.Scope).Get(HostSettings.DatabasePrefix),
            AllSystems.ToDictionary(s => s.Name, s => new Settings(choice.Configuration, s.SettingsScope).Get(s.Topic)),
            SettingValue.Configured(choice.Configuration)
        );

    private static async Task RunAsync(Choice choice, CancellationToken stop, CancellationToken ct)
    {
        var connections = Machine.ConnectionsOf(choice.Systems);
        await using var postgres = choice.Postgres is null
            ? await PrivatePostgres.StartAsync(choice.Installation.Folder, connections, Progress, ct)
            : null;
        using var logging = LoggerFactory.Create(l => l.AddSimpleConsole(c => c.SingleLine = true).AddMannamLevels());
        using var diagnostics = Diagnostics.StartIfAsked();
        Progress($"starting {string.Join(", ", choice.Systems.Select(s => s.Name))}");
        await using var machine = await Machine.StartAsync(
            new MachineOptions
            {
                Systems = choice.Systems,
                Postgres = postgres?.ConnectionString ?? choice.Postgres!,
                Configuration = choice.Configuration,
                Address = choice.Listen,
                Port = choice.Port,
                Logging = logging,
                Pages = diagnostics is null
                    ? new Dictionary<string, RequestDelegate>()
                    : new Dictionary<string, RequestDelegate> { [Diagnostics.Path] = diagnostics.AnswerAsync },
            },
            ct
        );
        await using var control = await Control.OpenAsync(choice.Installation, machine, ct);
        await Console.Out.WriteLineAsync($"ready {machine.Address.ToString().TrimEnd('/')}");
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Progress("stopping");
        await machine.DrainAsync();
    }

    private static void Progress(string line) => Console.Error.WriteLine($"mannam: {line}");
}
