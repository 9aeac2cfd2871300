using System.Diagnostics;
using System.Text;
using Mannam.Host;
using Mannam.Testing;

namespace Mannam.Tests.Host;

/// <summary>The built program as its users run it, on a data folder of its own. Nothing of it is left when it is disposed of: no process, no file.</summary>
internal sealed class Installed : IAsyncDisposable
{
    private readonly List<Running> all = [];

    /// <summary>Where a test may put what it needs besides.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("mannam test ").FullName;

    /// <summary>The program; a test may run a copy of it.</summary>
    public string Program { get; set; } = Path.Combine(AppContext.BaseDirectory, "mannam.dll");

    /// <summary>The data folder; not there before the first <c>up</c>.</summary>
    public string Data => Path.Combine(Folder, "data");

    /// <summary>How many files a process may have open, as a number.</summary>
    public string OpenFiles { get; set; } = "$(ulimit -Hn)";

    /// <summary>What the processes find in their environment besides.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>The failpoint at which the next processes are killed; null for none.</summary>
    public string? KillAt
    {
        set
        {
            Environment.Remove(KillSwitch.Variable);
            Environment.Remove("DOTNET_STARTUP_HOOKS");
            if (value is null)
                return;
            Environment[KillSwitch.Variable] = value;
            Environment["DOTNET_STARTUP_HOOKS"] = KillSwitch.HookFile;
        }
    }

    /// <summary>Starts Taxi (at the root), and waits until it is ready. Payment has time: the tests' machine is busy.</summary>
    /// <remarks>Where the data folder is not there yet it is a copy of an installation that has run once: making one takes longer than most tests.</remarks>
    public async Task<Running> UpAsync(params string[] more)
    {
        if (!Directory.Exists(Data) && !more.Contains("--postgres"))
            await ReadyInstallation.CopyAsync(Data);
        return await UpAnewAsync(more);
    }

    /// <summary>Starts Taxi as <see cref="UpAsync"/> does. It makes its own installation where there is none.</summary>
    public async Task<Running> UpAnewAsync(params string[] more)
    {
        var up = Begin(["up", "--systems", "taxi", "--port", "0", "--data", Data, "--set", "Taxi:Catch:PaymentTimeout=10000", .. more]);
        await up.ReadyAsync();
        return up;
    }

    /// <summary>Runs a command on this installation to its end.</summary>
    public async Task<Ended> RunAsync(params string[] command)
    {
        var running = Begin([.. command, "--data", Data]);
        return await running.EndAsync();
    }

    /// <summary>Starts a process with exactly these arguments.</summary>
    public Running Begin(params string[] arguments) => BeginBehind("", arguments);

    /// <summary>Starts a process behind redirections of the shell, such as <c>2&gt;&amp;-</c>; <c>$PIPE</c> is the environment's.</summary>
    public Running BeginBehind(string redirections, params string[] arguments)
    {
        // Deaf to Ctrl-C, as a script starts what it puts in the background.
        var start = new ProcessStartInfo(
            "/bin/sh",
            ["-c", $"trap '' INT; ulimit -n {OpenFiles}; exec \"$@\" {redirections}", "sh", Dotnet, Program, .. arguments]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = Folder,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("mannam", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        // A killed .NET process leaves its debugging sockets there.
        start.Environment["TMPDIR"] = Folder;
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        var running = new Running(Process.Start(start)!);
        all.Add(running);
        return running;
    }

    /// <summary>The processes of its private PostgreSQL.</summary>
    public IReadOnlyList<int> PostgresProcesses => PostgresOf(Data);

    private static IReadOnlyList<int> PostgresOf(string data) =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
                .Where(id => id > 0 && IsOfPostgres(data, Running.CommandLine(id))),
        ];

    private static bool IsOfPostgres(string data, string command) =>
        command.StartsWith($"postgres: mannam-{SocketFolders.Fingerprint(data)}: ", StringComparison.Ordinal)
        || command.Contains($"\0{data}/postgres", StringComparison.Ordinal);

    /// <summary>Kills its PostgreSQL, all of it.</summary>
    public Task KillPostgresAsync() => KillPostgresAsync(Data);

    /// <summary>Kills the PostgreSQL of a data folder, all of it.</summary>
    public static async Task KillPostgresAsync(string data)
    {
        while (PostgresOf(data) is { Count: > 0 } processes)
        {
            foreach (var process in processes)
                Posix.Signal(process, Posix.KillAtOnce);
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in all)
            await running.DisposeAsync();
        await KillPostgresAsync();
        if (Directory.Exists(Data) && PrivatePostgres.SocketFolder(Data) is var sockets && Directory.Exists(sockets))
            Directory.Delete(sockets, recursive: true);
        Directory.Delete(Folder, recursive: true);
    }

    public static string Dotnet =>
        Path.GetFileName(System.Environment.ProcessPath) == "dotnet" ? System.Environment.ProcessPath! : "dotnet";
}
