using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Mannam.Hosting;
using Mannam.PostgreSql;
using Npgsql;
using Selection = Mannam.PostgreSql.DeadLetters.Selection;

namespace Mannam.Host.Commands;

/// <summary><c>mannam parked taxi.pickup</c>: lists, shows, replays or drops a service's dead letters. A running service handles replayed events within a
/// second.</summary>
internal static class Parked
{
    private static readonly string[] Actions = ["list", "show", "replay", "drop"];

    public static Command Command()
    {
        var service = new Argument<string>("service") { Description = "Its full name, such as taxi.pickup." };
        var action = new Argument<string>("action")
        {
            Description = "list (default), show, replay or drop.",
            DefaultValueFactory = _ => "list",
        };
        var ids = new Argument<string[]>("ids") { Description = "The ids, as list prints them.", Arity = ArgumentArity.ZeroOrMore };
        var error = new Option<string?>("--error") { Description = "All events whose error contains this text." };
        var data = Options.Data();
        var postgres = new Option<string?>("--postgres")
        {
            Description = "The PostgreSQL server of a service that runs in its own process, instead of an installation's data folder.",
        };
        var set = Options.Set();
        var command = new Command("parked", "Lists, shows, replays or drops the parked events of a service.")
        {
            service,
            action,
            ids,
            error,
            data,
            postgres,
            set,
        };
        command.SetAction(
            async (parsed, ct) =>
            {
                var name = Subscriber(parsed.GetValue(service)!);
                var what = Action(parsed.GetValue(action)!);
                var choice = Chosen(what, parsed.GetValue(ids) ?? [], parsed.GetValue(error));
                Task OnAsync(NpgsqlDataSource store) =>
                    DoAsync(new DeadLetters(store), name, what, choice, parsed.InvocationConfiguration.Output, ct);
                if (Options.ServerOf(parsed.GetValue(postgres)) is { } server)
                {
                    var settings = ConfigurationFactory.From([], parsed.GetValue(set) ?? []).SettingsOf(HostSettings.Scope);
                    await ServiceStore.UseAsync(server, settings.Get(HostSettings.DatabasePrefix), name, OnAsync);
                }
                else
                {
                    await ServiceStore.UseAsync(Installation.At(parsed.GetValue(data)!), name, OnAsync, ct);
                }

                return 0;
            }
        );
        return command;
    }

    private static string Subscriber(string name) =>
        ServiceStore.Declared(ServiceStore.All, name).SubscribesTo.Count > 0
            ? name
            : throw new InstallationException($"{name} subscribes to no events, so it parks none.");

    private static string Action(string name) =>
        Actions.Contains(name)
            ? name
            : throw new InstallationException(
                $"{name} is not what can be done with parked events; there are {string.Join(", ", Actions)}."
            );

    // "All" must be said explicitly, and never follows from a missing argument.
    private static Selection Chosen(string action, string[] ids, string? error) =>
        error?.Length == 0 ? throw new InstallationException("--error is empty; give some text of the error.")
        : action != "list" && ids.Length == 0 && error is null
            ? throw new InstallationException($"{action} what? Give ids, as list prints them, or --error with some text of the error.")
        : new Selection([.. ids.Select(Id).Distinct()], error);

    private static long Id(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new InstallationException($"{text} is not an id; ids are whole numbers, as list prints them.");

    private static async Task DoAsync(
        DeadLetters parked,
        string service,
        string action,
        Selection choice,
        TextWriter to,
        CancellationToken ct
    )
    {
        var done = new List<long>();
        if (action is "list" or "show")
        {
            await foreach (var e in parked.ListAsync(choice, ct))
            {
                done.Add(e.Id);
                await to.WriteLineAsync(action == "list" ? Line(e) : Page(e));
            }
        }
        else
        {
            done.AddRange(action == "replay" ? await parked.ReplayAsync(choice, ct) : await parked.DropAsync(choice, ct));
            await to.WriteLineAsync($"{(action == "replay" ? "replayed" : "dropped")} {done.Count}");
        }
        if (choice.Ids.Except(done).ToList() is { Count: > 0 } missing)
        {
            throw new InstallationException(
                $"{service} has no parked event {string.Join(", ", missing)}{(choice.Error is null ? "" : " with that error")}."
            );
        }
    }

    private static string Line(DeadLetter e) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{e.Id, 6}  {e.ParkedAt:yyyy-MM-dd'T'HH:mm:ss'Z'}  {e.Key, 6}  {Name(e), -16}  {e.Attempts, 2}  {OneLine(e.Error)}"
        );

    private static string Page(DeadLetter e) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            id        {e.Id}
            parked    {e.ParkedAt:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}
            event     {Name(e)}
            saga      {e.Key}
            record    {e.Place}
            failed    {e.Kind}, {e.Attempts} times
            error     {OneLine(e.Error)}
            headers   {Indented(e.Headers)}
            value     {Indented(e.Value)}

            """
        );

    private static string Name(DeadLetter e) => e.Type.Length > 0 ? e.Type : "(unreadable)";

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // A value that is not JSON is shown unchanged.
    private static string Indented(string json)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json);
            return JsonSerializer.Serialize(parsed.RootElement, Readable);
        }
        catch (JsonException)
        {
            return json;
        }
    }
}
