using System.CommandLine;
using Mannam.Chassis.Messaging.InProcess;
using Npgsql;

namespace Mannam.Host.Commands;

/// <summary><c>mannam events taxi --key 5</c>: the history of a saga, or of all, in order: time, service, event, key, JSON, one a line.</summary>
internal static class Events
{
    public static Command Command()
    {
        var system = new Argument<string>("system") { Description = "The system, such as taxi." };
        var key = new Option<long?>("--key") { Description = "The correlation key of one saga; all unless given." };
        var data = Options.Data();
        var command = new Command("events", "Prints the history of a saga: time, service, event, key, JSON, one a line.")
        {
            system,
            key,
            data,
        };
        command.SetAction(
            (parsed, ct) => PrintAsync(Installation.At(parsed.GetValue(data)!), parsed.GetValue(system)!, parsed.GetValue(key), ct)
        );
        return command;
    }

    private static async Task<int> PrintAsync(Installation installation, string system, long? key, CancellationToken ct)
    {
        var (server, started) = await installation.PostgresAsync(ct);
        try
        {
            await foreach (var e in EventHistory.ReadAsync(installation.LogOf(system, server), key, ct))
                await Console.Out.WriteLineAsync(
                    $"{e.Time:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}  {e.Source, -14} {e.Type, -16} {e.Key, 5}  {e.Value}"
                );
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
