using System.CommandLine;
using System.Net;

namespace Mannam.Host.Commands;

/// <summary><c>mannam describe taxi.pickup</c>: the declaration, configuration and state of one service, or of all. A running installation answers itself;
/// for a stopped one the record of its last start and its databases are read.</summary>
internal static class Describe
{
    public static Command Command()
    {
        var service = new Argument<string?>("service")
        {
            Description = "Its full name, such as taxi.pickup; default: all services.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var data = Options.Data();
        var command = new Command(
            "describe",
            "Prints a service's declaration, its settings with their sources, its positions, lag, waiting and parked events."
        )
        {
            service,
            data,
        };
        command.SetAction(
            async (parsed, ct) =>
            {
                var installation = Installation.At(parsed.GetValue(data)!);
                var name = parsed.GetValue(service);
                var text =
                    await RunningAsync(installation, name, ct)
                    ?? await InstallationDescription.OfAsync(installation, Up.AllSystems, name, ct);
                await parsed.InvocationConfiguration.Output.WriteAsync(text);
                return 0;
            }
        );
        return command;
    }

    private static async Task<string?> RunningAsync(Installation installation, string? service, CancellationToken ct)
    {
        using var control = installation.Control();
        try
        {
            using var answer = await control.GetAsync(service is null ? "describe" : $"describe/{Uri.EscapeDataString(service)}", ct);
            var text = await answer.Content.ReadAsStringAsync(ct);
            if (answer.StatusCode == HttpStatusCode.Conflict)
                throw new InstallationException(text);
            answer.EnsureSuccessStatusCode();
            return text;
        }
        catch (Exception e) when (e is NotRunningException || e.InnerException is NotRunningException)
        {
            return null;
        }
    }
}
