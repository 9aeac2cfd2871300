using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Mannam.Host;

namespace Mannam.Simulation;

/// <summary>The command <c>mutate</c>: takes one guarantee after the other out of a copy of the code, and tells which seed finds it.</summary>
internal static partial class Mutate
{
    private const int Seeds = 500;
    private static readonly string[] Copied = ["src", "tests/Faults/Simulation"];

    public static async Task<int> RunAsync(string[] args, CancellationToken ct)
    {
        var root = Environment.GetEnvironmentVariable("MANNAM_HOME") ?? Directory.GetCurrentDirectory();
        var chosen = Mutation.All.Where(m => args.Length == 0 || args.Any(a => m.Name.Contains(a, StringComparison.Ordinal))).ToList();
        if (chosen.Count == 0)
            throw new ArgumentException(
                $"there is no mutation {args[0]}; there are: {string.Join(", ", Mutation.All.Select(m => m.Name))}"
            );
        var scratch = Path.Combine(Path.GetTempPath(), $"mannam-mutate-{Environment.ProcessId}");
        var missed = 0;
        try
        {
            Console.WriteLine("| taken out | first seed | invariant that broke |\n| --- | --- | --- |");
            foreach (var mutation in chosen)
            {
                Copy(root, scratch);
                mutation.Apply(scratch);
                var found = await TryAsync(scratch, mutation.System, ct);
                missed += found is null ? 1 : 0;
                Console.WriteLine($"| {mutation.Name} | {found?.Seed ?? $"none of {Seeds}"} | {found?.Invariant} |");
            }
        }
        finally
        {
            if (Directory.Exists(scratch))
                Directory.Delete(scratch, recursive: true);
        }
        return missed == 0 ? 0 : 1;
    }

    // What was built stays there, so that only what a mutation changes is built anew.
    private static void Copy(string root, string scratch)
    {
        foreach (
            var file in Copied
                .SelectMany(f => Directory.EnumerateFiles(Path.Combine(root, f), "*", SearchOption.AllDirectories))
                .Concat(Directory.EnumerateFiles(root))
        )
        {
            var relative = Path.GetRelativePath(root, file);
            if (relative.Split('/').Any(part => part is "bin" or "obj"))
                continue;
            var to = Path.Combine(scratch, relative);
            if (File.Exists(to) && File.ReadAllBytes(to).AsSpan().SequenceEqual(File.ReadAllBytes(file)))
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.WriteAllBytes(to, File.ReadAllBytes(file));
        }
    }

    private static async Task<(string Seed, string Invariant)?> TryAsync(string scratch, string system, CancellationToken ct)
    {
        string[] build =
        [
            "build",
            "tests/Faults/Simulation",
            "-c",
            "Release",
            "-v",
            "q",
            "--nologo",
            "-tl:off",
            "-nodeReuse:false",
            "-p:UseSharedCompilation=false",
            // A mutation need not be well written.
            "-p:TreatWarningsAsErrors=false",
            "-p:RunAnalyzers=false",
        ];
        var (status, told) = await RunAsync(scratch, build, ct);
        if (status != 0)
            throw new InvalidOperationException($"the mutated code does not build:\n{told}");
        string[] simulate =
        [
            "tests/Faults/Simulation/bin/Release/net10.0/mannam-faults.dll",
            "simulate",
            "--system",
            system,
            "--seeds",
            Seeds.ToString(CultureInfo.InvariantCulture),
            "--first",
        ];
        (status, told) = await RunAsync(scratch, simulate, ct);
        if (status == 0)
            return null;
        var found = First().Match(told);
        return found.Success
            ? (found.Groups[1].Value, found.Groups[2].Value)
            : throw new InvalidOperationException($"the simulation of the mutated code failed:\n{told}");
    }

    private static async Task<(int Status, string Output)> RunAsync(string folder, string[] arguments, CancellationToken ct)
    {
        using var process =
            Process.Start(
                new ProcessStartInfo("dotnet", arguments)
                {
                    WorkingDirectory = folder,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            ) ?? throw new InvalidOperationException("dotnet does not start");
        var (told, failed) = (
            process.StandardOutput.ReadToEndAsync(CancellationToken.None),
            process.StandardError.ReadToEndAsync(CancellationToken.None)
        );
        using (ct.UnsafeRegister(_ => Posix.Signal(process.Id, Posix.Interrupt), null))
            await process.WaitForExitAsync(CancellationToken.None);
        ct.ThrowIfCancellationRequested();
        return (process.ExitCode, await told + await failed);
    }

    [GeneratedRegex(@"^  seed (\d+): (.*)$", RegexOptions.Multiline)]
    private static partial Regex First();
}
