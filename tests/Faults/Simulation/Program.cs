using Mannam.Simulation;

const string Usage = """
    mannam-faults simulate --system taxi [--seeds 20000] [--from 1] [--story]
        Disturbed histories of a system, one a seed, each settled and checked. --story tells each, one line a step.
    """;

try
{
    return args switch
    {
        ["simulate", .. var rest] => await Simulate.RunAsync(rest),
        ["--help"] or ["-h"] => Say(Usage, 0),
        _ => Say(Usage, 2),
    };
}
catch (ArgumentException wrong)
{
    return Say(wrong.Message + Environment.NewLine + Usage, 2);
}

static int Say(string text, int status)
{
    (status == 0 ? Console.Out : Console.Error).WriteLine(text);
    return status;
}
