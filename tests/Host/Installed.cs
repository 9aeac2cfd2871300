using System.Diagnostics;
using System.Text;
using Mannam.Host;
using Mannam.Testing;

namespace Mannam.Tests.Host;

/// <summary>The built program, run as by users, with its own data folder. Disposal leaves no process and no file.</summary>
internal sealed class Installed : IAsyncDisposable
{
    private readonly List<Running> all = [];

    /// <summary>A folder for further files of the test.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("mannam test ").FullName;

    /// <summary>The path of the program. A test may run a copy.</summary>
    public string Program { get; set; } = Path.Combine(AppContext.BaseDirectory, "mannam.dll");

    /// <summary>The data folder. The first <c>up</c> creates it.</summary>
    public string Data => Path.Combine(Folder, "data");

    /// <summary>The limit of open files per process: a number, or an expression of the shell.</summary>
    public string OpenFiles { get; set; } = "$(ulimit -Hn)";

    /// <summary>Additional environment variables of the processes.</summary>
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

    /// <summary>Starts Taxi (served at the root) and waits until it is ready. The payment timeout is long, because the test machine is busy.</summary>
    /// <remarks>A missing data folder is copied from an installation that has run once, because a new one takes longer than most tests.</remarks>
    public async Task<Running> UpAsync(params string[] more)
    {
        if (!Directory.Exists(Data) && !more.Contains("--postgres"))
            await ReadyInstallation.CopyAsync(Data);
        return await UpAnewAsync(more);
    }

    /// <summary>Starts Taxi like <see cref="UpAsync"/>, but the program itself creates a missing installation.</summary>
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

    /// <summary>Starts a process with redirections of the shell, such as <c>2&gt;&amp;-</c>. They may use <c>$PIPE</c> from the environment.</summary>
    public Running BeginBehind(string redirections, params string[] arguments)
    {
        // The process ignores SIGINT at its start, like a background process of a script.
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
        // A killed .NET process leaves its diagnostic sockets in this folder.
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

    /// <summary>Kills all processes of the private PostgreSQL.</summary>
    public Task KillPostgresAsync() => KillPostgresAsync(Data);

    /// <summary>Kills all processes of the PostgreSQL of a data folder.</summary>
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
