using System.CommandLine;
using Mannam.Chassis.Configuration;
using Mannam.Host;
using Mannam.Host.Commands;

var root = new RootCommand("Mannam (만남): businesses in which a person asks for something, pays or books, and somebody takes it on.")
{
    Up.Command(),
    StopAndStart.Command("stop", "Stops one service of a running installation; its requests are answered 503, its events wait."),
    StopAndStart.Command("start", "Starts a service that was stopped; it catches up."),
    Events.Command(),
    Parked.Command(),
    Describe.Command(),
    ContextMap.Command(),
    // The launcher's own; listed so that --help tells all there is.
    new Command("test", "Installs what is missing, builds, and runs all tests, or those whose name contains the filter: test [filter]."),
    new Command("bench", "Measures beside a bare baseline: bench request."),
    new Command("format", "Formats the code; --check only checks."),
};

try
{
    return await root.Parse(args)
        .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception e) when (e is ConfigurationException or InstallationException or InvalidOperationException or IOException)
{
    await Console.Error.WriteLineAsync($"mannam: {e.Message}");
    return 1;
}
// HttpClient wraps what went wrong on the way to a running installation.
catch (HttpRequestException e) when (e.InnerException is InstallationException inner)
{
    await Console.Error.WriteLineAsync($"mannam: {inner.Message}");
    return 1;
}
