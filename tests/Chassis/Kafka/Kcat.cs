using System.Diagnostics;
using Mannam.Host;

namespace Mannam.Tests.Chassis.Kafka;

/// <summary>A foreign client of the same broker.</summary>
internal static class Kcat
{
    /// <summary>Writes a record: <c>kcat -P</c>.</summary>
    public static async Task WriteAsync(string bootstrap, string topic, string record, params string[] more)
    {
        using var kcat = Start(["-P", "-b", bootstrap, "-t", topic, .. more]);
        await kcat.StandardInput.WriteAsync(record);
        kcat.StandardInput.Close();
        await kcat.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        if (kcat.ExitCode != 0)
            throw new InvalidOperationException(await kcat.StandardError.ReadToEndAsync());
    }

    /// <summary>Joins a consumer group until the process ends.</summary>
    public static Process Join(string bootstrap, string group, string topic)
    {
        string[] properties = ["-X", "partition.assignment.strategy=cooperative-sticky", "-X", "session.timeout.ms=6000"];
        var kcat = Start(["-G", group, "-b", bootstrap, .. properties, "-q", topic]);
        _ = kcat.StandardOutput.ReadToEndAsync();
        _ = kcat.StandardError.ReadToEndAsync();
        return kcat;
    }

    /// <summary>Ends kcat. The group notices when the session has expired.</summary>
    public static async Task LeaveAsync(this Process kcat)
    {
        Posix.Signal(kcat.Id, Posix.Interrupt);
        await kcat.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static Process Start(string[] arguments) =>
        Process.Start(
            new ProcessStartInfo("kcat", arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
}
