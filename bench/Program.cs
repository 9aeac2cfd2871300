using Mannam.Bench;
using Mannam.Bench.Baseline;
using Mannam.Bench.Growth;
using Mannam.Bench.Lag;
using Mannam.Bench.Request;
using Mannam.Bench.Siege;
using Mannam.Bench.Start;
using Mannam.Bench.View;

const string Usage = """
    mannam-bench request [--requests N] [--warm-up N] [--connections 64] [--rounds 3] [--systems taxi]
        POST /catches until the last consequence is visible in every view, beside the bare baseline. With more systems they run beside.
    mannam-bench lag [--rate 200] [--seconds 30] [--warm-up N] [--rounds 3] [--kafka ADDRESS]
        From the answer to POST /catches until it is visible in catchReqLists and in myPages, in process or on Kafka.
    mannam-bench view [--seconds 10] [--readers 16] [--connections 64] [--warm-up N] [--rounds 3]
        GET /myPages/{id} beside a bare read by key, each alone and each under a load of requests.
    mannam-bench siege [--connections 100] [--seconds 60] [--warm-up N] [--systems taxi | insurance]
        The document's load by siege, beside its ceiling; then payment hangs for 20 s.
    mannam-bench growth [--finished 1000000] [--requests N] [--warm-up N] [--rounds 7] [--seconds 30] [--rate 200]
        Request rate, lag, view reads and start, empty and with this number of finished requests.
    mannam-bench start [--rounds 5] [--systems taxi]
        The time from the start to ready, with PostgreSQL already running, and the memory at rest.
        Each accepts --taxi-command "COMMAND" instead of `mannam up`. The command gets $PORT, $DATA and $POSTGRES in its environment.
    mannam-bench baseline --postgres CONNECTION [--port PORT] [--prefix NAME] [--views]
        The baseline alone, until SIGTERM.
    """;

try
{
    return args switch
    {
        ["request", .. var rest] => await RequestBenchmark.RunAsync(
            new Arguments(rest, ["--requests", "--warm-up", "--connections", "--rounds", "--systems", "--taxi-command"], [])
        ),
        ["lag", .. var rest] => await LagBenchmark.RunAsync(
            new Arguments(rest, ["--rate", "--seconds", "--warm-up", "--rounds", "--kafka", "--taxi-command"], [])
        ),
        ["view", .. var rest] => await ViewBenchmark.RunAsync(
            new Arguments(rest, ["--seconds", "--readers", "--connections", "--warm-up", "--rounds", "--taxi-command"], [])
        ),
        ["siege", .. var rest] => await SiegeBenchmark.RunAsync(
            new Arguments(rest, ["--connections", "--seconds", "--warm-up", "--systems", "--taxi-command"], [])
        ),
        ["growth", .. var rest] => await GrowthBenchmark.RunAsync(
            new Arguments(rest, ["--finished", "--requests", "--warm-up", "--rounds", "--seconds", "--rate", "--taxi-command"], [])
        ),
        ["start", .. var rest] => await StartBenchmark.RunAsync(new Arguments(rest, ["--rounds", "--systems", "--taxi-command"], [])),
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
