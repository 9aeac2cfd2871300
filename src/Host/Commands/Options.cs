using System.CommandLine;

namespace Mannam.Host.Commands;

/// <summary>Options that several commands have.</summary>
internal static class Options
{
    /// <summary>The installation's folder; by it every command finds a running or stopped installation.</summary>
    public static Option<string> Data() =>
        new("--data")
        {
            Description = "The installation's data folder; .mannam in the checkout unless given.",
            DefaultValueFactory = _ =>
                Path.Combine(Environment.GetEnvironmentVariable("MANNAM_HOME") ?? Environment.CurrentDirectory, ".mannam"),
        };
}
