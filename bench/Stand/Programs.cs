using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Mannam.Bench.Stand;

/// <summary>The command lines of the two sides.</summary>
internal static class Programs
{
    // The dotnet that runs this program: the launcher may have installed it outside of PATH.
    private static readonly string Dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    /// <summary>This program again, as the baseline.</summary>
    internal static ProcessStartInfo Baseline(string postgres)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "mannam-bench.dll");
        return new ProcessStartInfo(Dotnet, [program, "baseline", "--postgres", postgres, "--views"]);
    }

    /// <summary>
    /// <c>mannam up</c> from the Release build beside this one, or the command that replaces it. That command gets <c>$PORT</c>, <c>$DATA</c> and
    /// <c>$POSTGRES</c> in its environment.
    /// </summary>
    internal static ProcessStartInfo Mannam(string command, string systems, int port, string data, string postgres, params string[] more)
    {
        var portText = port.ToString(CultureInfo.InvariantCulture);
        if (command.Length > 0)
        {
            var shell = new ProcessStartInfo("/bin/sh", ["-c", "exec " + command]);
            shell.Environment["PORT"] = portText;
            shell.Environment["DATA"] = data;
            shell.Environment["POSTGRES"] = postgres;
            return shell;
        }
        string[] arguments = ["up", "--systems", systems, "--port", portText, "--data", data, "--postgres", postgres, .. more];
        return new ProcessStartInfo(Dotnet, [HostProgram(), .. arguments]);
    }

    private static string HostProgram()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mannam.slnx")))
            {
                var program = Path.Combine(folder.FullName, "src/Host/bin/Release/net10.0/mannam.dll");
                return File.Exists(program)
                    ? program
                    : throw new BenchmarkFailedException($"{program} is missing: dotnet build -c Release src/Host");
            }
        }
        throw new BenchmarkFailedException("not inside a checkout: Mannam.slnx is in no folder above " + AppContext.BaseDirectory);
    }
}
