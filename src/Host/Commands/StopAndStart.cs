using System.CommandLine;

namespace Mannam.Host.Commands;

/// <summary><c>mannam stop taxi.pickup</c> and <c>mannam start taxi.pickup</c>: stop or start one service of a running installation, and return when it is
/// done.</summary>
internal static class StopAndStart
{
    public static Command Command(string name, string description)
    {
        var service = new Argument<string>("service") { Description = "Its full name, such as taxi.pickup, or provider." };
        var data = Options.Data();
        var command = new Command(name, description) { service, data };
        command.SetAction((parsed, ct) => OrderAsync(Installation.At(parsed.GetValue(data)!), name, parsed.GetValue(service)!, ct));
        return command;
    }

    private static async Task<int> OrderAsync(Installation installation, string order, string service, CancellationToken ct)
    {
        using var control = installation.Control();
        using var answer = await control.PostAsync($"{order}/{Uri.EscapeDataString(service)}", null, ct);
        return answer.IsSuccessStatusCode ? 0 : throw new InstallationException(await answer.Content.ReadAsStringAsync(ct));
    }
}
