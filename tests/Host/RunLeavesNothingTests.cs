using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Mannam.Host;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>A run of tests or of a benchmark leaves no process behind, however it ends.</summary>
public sealed class RunLeavesNothingTests
{
    // The processes of a run: the program with its PostgreSQL, and a broker in its own session.
    private static readonly string Program =
        $"setsid sleep 1000 & exec {Quoted(Dotnet)} {Quoted(Path.Combine(AppContext.BaseDirectory, "mannam.dll"))} up --systems taxi --port 0 --data \"$TMPDIR/data\"";

    // The real dotnet; the one on the PATH is the stub.
    private static string Dotnet => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    // One word of the shell, because a path may contain quotes.
    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // For a benchmark the launcher becomes the runner (exec).
    [Theory]
    [LongData("test", Posix.KillAtOnce, true, false)]
    [LongData("test", Posix.KillAtOnce, false, true)]
    [InlineData("test", Posix.KillAtOnce, true, true)]
    [LongData("test", 15, true, false)]
    [LongData("bench", Posix.KillAtOnce, true, true)]
    [InlineData("bench", Posix.Interrupt, true, true)]
    public async Task A_test_or_bench_run_that_is_ended_leaves_no_process(string command, int signal, bool launcher, bool runner)
    {
        using var checkout = new StubCheckout("checkout", Program);
        using var run = checkout.Begin("> /dev/null 2>&1", [], command);
        await WaitAsync(() => Directory.GetDirectories(checkout.Temporary, "mannam-run.*").Length == 1);
        var name = Path.GetFileName(Directory.GetDirectories(checkout.Temporary, "mannam-run.*")[0]);
        await WaitAsync(() => Of(name).Exists(p => p.Command.StartsWith("postgres: ", StringComparison.Ordinal)));

        List<int> ended = [.. launcher ? [run.Id] : Array.Empty<int>(), .. runner ? [RunnerOf(name)] : Array.Empty<int>()];
        ended.ForEach(process => Posix.Signal(process, signal));

        await WaitAsync(() => Of(name).Count == 0);
        await WaitAsync(() => Directory.GetDirectories(checkout.Temporary, "mannam-run.*").Length == 0);
    }

    private static int RunnerOf(string name) => Of(name).Find(p => p.Command.Contains("\0up\0", StringComparison.Ordinal)).Id;

    // Processes with this name in their environment, folder or command line, except the watchers themselves.
    private static List<(int Id, string Command)> Of(string name) =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Where(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .Where(folder =>
                    new[] { Read(folder, "environ"), Read(folder, "cmdline"), Link(folder) }.Any(t =>
                        t.Contains(name, StringComparison.Ordinal)
                    )
                )
                .Select(folder => (int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture), Read(folder, "cmdline")))
                .Where(process => !process.Item2.Contains("after-run", StringComparison.Ordinal)),
        ];

    private static string Read(string process, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Link(string process)
    {
        try
        {
            return new FileInfo(Path.Combine(process, "cwd")).LinkTarget ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static async Task WaitAsync(Func<bool> holds)
    {
        for (var began = Stopwatch.GetTimestamp(); !holds(); await Task.Delay(50, Ct))
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(3), "the condition was not met within three minutes");
    }
}
