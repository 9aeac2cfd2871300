using Mannam.Host;
using Mannam.Simulation;
using Mannam.Simulation.Fuzz;
using Mannam.Simulation.Lessons;

const string Usage = """
    faults simulate --system taxi [--seeds 20000] [--from 1] [--story] [--branches] [--first]
        Disturbed histories of a system (taxi, law, insurance, lessons), one a seed, each settled and checked. --story tells each, one line a step; --branches
        what was come to, in how many; --first stops at the first seed that breaks something.
    faults fuzz --system taxi [--requests 20000] [--seed 1]
        Bad calls at a running system, made from its OpenAPI document; tells each kind of answer that is wrong, and what is left behind.
    faults mutate [PART OF A NAME]
        Takes the guarantees out of a copy of the code, one at a time, and tells which seed finds it.
    faults lessons --urls http://127.0.0.1:5000 --ConnectionStrings:lessons=… --ConnectionStrings:lessons.desk=… --ConnectionStrings:lessons.teacher=…
        Runs the system lessons, for tests that kill its process.
    """;

// Whenever the order to stop comes, what was begun is ended in order: PostgreSQL, and the folders in /tmp.
using var orders = new StopSignals();
try
{
    return args switch
    {
        ["simulate", .. var rest] => await Simulate.RunAsync(rest, orders.Given),
        ["fuzz", .. var rest] => await FuzzCommand.RunAsync(rest, orders.Given),
        ["mutate", .. var rest] => await Mutate.RunAsync(rest, orders.Given),
        ["lessons", .. var rest] => await LessonsHost.RunAsync(rest, orders.Given),
        ["--help"] or ["-h"] => Say(Usage, 0),
        _ => Say(Usage, 2),
    };
}
catch (ArgumentException wrong)
{
    return Say(wrong.Message + Environment.NewLine + Usage, 2);
}
catch (Exception stopped) when (orders.Given.IsCancellationRequested)
{
    return Say($"stopped: {stopped.Message}", 130);
}

static int Say(string text, int status)
{
    (status == 0 ? Console.Out : Console.Error).WriteLine(text);
    return status;
}
