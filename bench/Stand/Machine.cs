using System.Globalization;
using System.Runtime.InteropServices;

namespace Mannam.Bench.Stand;

/// <summary>Describes the machine, because a figure without it means nothing.</summary>
internal static class Machine
{
    internal static void Print(TextWriter output)
    {
        var processor = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(':')[1]
            .Trim();
        var memory = long.Parse(
            File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        );
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"on {Environment.ProcessorCount} cores ({processor ?? RuntimeInformation.ProcessArchitecture.ToString()}), {memory / 1024.0 / 1024:0.0} GB, {RuntimeInformation.OSDescription}, .NET {Environment.Version}, {DateTime.UtcNow:yyyy-MM-dd}; load average at the end {File.ReadAllText("/proc/loadavg").Split(' ')[0]}"
            )
        );
    }
}
