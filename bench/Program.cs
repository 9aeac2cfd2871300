using Mannam.Bench;
using Mannam.Bench.Baseline;
using Mannam.Bench.Request;

const string Usage = """
    mannam-bench request [--requests N] [--warm-up N] [--connections 64] [--rounds 3] [--taxi-command "COMMAND"]
        POST /catches until the last consequence is visible in every view, beside the bare baseline.
        COMMAND replaces `mannam up`; it finds $PORT, $DATA and $POSTGRES in its environment.
    mannam-bench baseline --postgres CONNECTION [--port PORT] [--prefix NAME] [--views]
        The baseline alone, until SIGTERM.
    """;

try
{
    return args switch
    {
        ["request", .. var rest] => await RequestBenchmark.RunAsync(
            new Arguments(rest, ["--requests", "--warm-up", "--connections", "--rounds", "--taxi-command"], [])
        ),
        ["baseline", .. var rest] => await BaselineCommand.RunAsync(new Arguments(rest, ["--postgres", "--port", "--prefix"], ["--views"])),
        ["--help"] => Say(Usage, 0),
        _ => Say(Usage, 2),
    };
}
catch (ArgumentException wrong)
{
    return Say(wrong.Message + Environment.NewLine + Usage, 2);
}
catch (BenchmarkFailedException failed)
{
    return Say("FAILED: " + failed.Message, 1);
}
catch (OperationCanceledException)
{
    return Say("stopped", 130);
}

static int Say(string text, int status)
{
    (status == 0 ? Console.Out : Console.Error).WriteLine(text);
    return status;
}
