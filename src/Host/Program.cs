using System.CommandLine;
using Mannam.Host;
using Mannam.Host.Commands;
using Mannam.Host.Output;

StandardStreams.EnsureOpen();
if (!Languages.Prepare())
    return 1;
StartChecks.Clear();

// A reader of our errors must never block us.
using var errors = OutputWriter.OfErrors();

var root = new RootCommand("Mannam (만남): businesses in which a person asks for something, pays or books, and somebody takes it on.")
{
    Up.Command(),
    Service.Command(),
    Gateway.Command(),
    StopAndStart.Command("stop", "Stops one service of a running installation; its requests get 503, its events wait."),
    StopAndStart.Command("start", "Starts a stopped service; it handles the events that it missed."),
    Events.Command(),
    Parked.Command(),
    Describe.Command(),
    ContextMap.Command(),
    // The launcher runs these commands; they are listed so that --help is complete.
    new Command(
        "test",
        "Installs what is missing, builds, and runs tests: a slice, those whose name has NAME in it, all of them (--all), or unit tests alone (--fast): test [--fast | --all | NAME]."
    ),
    new Command("bench", "Measures beside a bare baseline: bench request|lag|view|siege|growth|start."),
    new Command(
        "faults",
        "Looks for what tests miss: faults simulate --system taxi --seeds 20000; faults mutate shows that it bites; faults fuzz --requests 20000 sends bad calls; faults kill [--times N] kills each service, the broker and PostgreSQL under load, ten times each."
    ),
    new Command("fresh", "Runs the tests on a new minimal Debian, as root: fresh [root|user|odd]."),
    new Command("format", "Formats the code; --check only checks it."),
};

// From the first moment on: a stop signal at any time ends started work in order.
using var orders = new StopSignals();

using var memory = new IdleMemory();
try
{
    var parsed = root.Parse(args.Length > 0 ? args : ["--help"]);
    if (parsed.Action is not System.CommandLine.Help.HelpAction && parsed.Errors.Count > 0)
    {
        // One error is enough; an unknown argument explains the others.
        var wrong =
            parsed.UnmatchedTokens.Count > 0 ? $"{parsed.UnmatchedTokens[0]} is not understood" : parsed.Errors[0].Message.TrimEnd('.');
        await Console.Error.WriteLineAsync($"mannam: {wrong}; see ./mannam --help.");
        return 1;
    }
    return await parsed.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
        orders.Given
    );
}
catch (OperationCanceledException) when (orders.Given.IsCancellationRequested)
{
    return 130;
}
catch (Exception e)
{
    await Console.Error.WriteLineAsync($"mannam: {Faults.Sentence(e)}");
    return 1;
}
