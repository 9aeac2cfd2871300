using System.CommandLine;
using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Kafka;
using Mannam.Local;
using Mannam.Messaging;
using Npgsql;

namespace Mannam.Host.Commands;

/// <summary><c>mannam events taxi --key 5</c>: the history of a saga, or of all, in order. One line per event: time, service, event, key, JSON.</summary>
internal static class Events
{
    public static Command Command()
    {
        var system = new Argument<string>("system") { Description = "The system, such as taxi." };
        var key = new Option<long?>("--key") { Description = "The correlation key of one saga; default: all." };
        var data = Options.Data();
        var kafka = Options.Kafka();
        var set = Options.Set();
        var command = new Command("events", "Prints the history of a saga, one event per line: time, service, event, key, JSON.")
        {
            system,
            key,
            data,
            kafka,
            set,
        };
        command.SetAction(
            (parsed, ct) =>
            {
                var installation = Installation.At(parsed.GetValue(data)!);
                return parsed.GetValue(kafka) is { } bootstrap
                    ? PrintAsync(bootstrap, Up.Named(parsed.GetValue(system)!), parsed.GetValue(set) ?? [], parsed.GetValue(key))
                    : PrintAsync(installation, parsed.GetValue(system)!, parsed.GetValue(key), ct);
            }
        );
        return command;
    }

    private static async Task<int> PrintAsync(string bootstrap, SystemDeclaration system, string[] set, long? key)
    {
        var configuration = ConfigurationFactory.From([], set);
        var options = HostSettings.KafkaOptions(bootstrap, configuration.SettingsOf(HostSettings.Scope));
        foreach (var e in KafkaHistory.Read(options, configuration.SettingsOf(system.SettingsScope).Get(system.Topic), key))
            await PrintAsync(e);
        return 0;
    }

    private static Task PrintAsync(ReceivedEvent e) =>
        Console.Out.WriteLineAsync($"{e.Time:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}  {e.Source, -14} {e.Type, -16} {e.Key, 5}  {e.Value}");

    private static async Task<int> PrintAsync(Installation installation, string system, long? key, CancellationToken ct)
    {
        if (installation.Recall().Kafka is { } bootstrap)
        {
            throw new InstallationException(
                $"the events of {installation.Folder} are in Kafka: ./mannam events {system} --kafka {bootstrap}"
            );
        }

        var (server, started) = await installation.PostgresAsync(ct);
        try
        {
            await foreach (var e in EventHistory.ReadAsync(installation.LogOf(system, server), key, ct))
                await PrintAsync(e);
            return 0;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidCatalogName)
        {
            throw new InstallationException($"there is no system {system} in {installation.Folder}.");
        }
        finally
        {
            if (started is not null)
                await started.DisposeAsync();
        }
    }
}
