using System.Diagnostics;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary><c>src/Launcher/debian.sh</c> run by an ordinary user. The tests build a real package; apt-get is a script that counts its downloads.</summary>
public sealed class DebianPackagesTests : IDisposable
{
    private const string Apt = """
        #!/bin/sh
        case "$*" in
          *" update") ;;
          *" -s install "*) [ ! -e "$HOME/offline" ] || { echo 'E: Unable to locate package'; exit 100; }; echo 'Inst hello (1.0 Debian:12 [all])'; echo 'Inst libc6 (9.9 Debian:12 [all])' ;;
          *" download hello") echo >> "$HOME/downloads"; while [ -e "$HOME/slow" ]; do sleep 0.05; done; cp "$HOME/hello.deb" . ;;
          *) echo "not expected: $*" >&2; exit 1 ;;
        esac
        """;

    // Like initdb, it passes a program's path to a shell. Like the loader, it splits the variable at colons.
    private const string Hello = """
        #!/bin/sh
        [ "$1" != -V ] || exit 0
        sh -c "\"$0\" -V" || exit 3
        IFS=:
        for folder in $LD_LIBRARY_PATH; do [ ! -f "$folder/libhello.so.1" ] || echo "$1 $folder"; done
        """;

    // Writes a file when it has to wait.
    private const string Flock = """
        #!/bin/sh
        /usr/bin/flock -n "$@" || { echo > "$HOME/waits"; exec /usr/bin/flock "$@"; }
        """;

    private const string Provide = """
        set -eu
        say() { printf 'mannam: %s\n' "$*" >&2; }
        fail() { say "$@"; exit 1; }
        . "$0"
        provide hello hello
        hello "two words"
        """;

    private const UnixFileMode AllExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead | AllExecute;

    private readonly string _home = Directory.CreateTempSubdirectory("mannam-packages-").FullName;
    private string? _replaced;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Cache { get; set; } = "cache";

    public void Dispose()
    {
        Directory.Delete(_home, recursive: true);
        if (_replaced is not null)
            Directory.Delete(_replaced, recursive: true);
    }

    [Theory]
    [InlineData("cache")]
    [InlineData("it's a cache")]
    [InlineData("a$HOME`id`")]
    [InlineData("a:b\"c\\")]
    public async Task A_program_runs_from_the_cache_with_its_own_libraries(string cache)
    {
        await PrepareAsync();
        Cache = cache;

        var ended = await EndAsync(Start());

        Assert.Equal(0, ended.Status);
        var library = ended.Out.Split("two words ")[1].Trim();
        Assert.True(File.Exists(Path.Combine(library, "libhello.so.1")), ended.Out + ended.Error);
        Assert.Equal(ended.Out, (await EndAsync(Start())).Out);
        Assert.Single(File.ReadAllLines(Path.Combine(_home, "downloads")));
    }

    [Fact]
    public async Task A_killed_download_leaves_no_half_unpacked_package()
    {
        await PrepareAsync();
        var slow = Path.Combine(_home, "slow");
        await File.WriteAllTextAsync(slow, "", Ct);
        var killed = Start();
        await UntilThereIsAsync("downloads");
        killed.Kill(entireProcessTree: true);
        await killed.WaitForExitAsync(Ct);
        File.Delete(slow);

        Assert.False(Directory.Exists(Path.Combine(Store, "hello")));
        Assert.Equal(0, (await EndAsync(Start())).Status);
        Assert.Equal(
            ["hello"],
            Directory.EnumerateDirectories(Store).Select(f => Path.GetFileName(f)).Where(f => f[0] != '.' || f == ".new")
        );
    }

    [Fact]
    public async Task One_of_two_concurrent_runs_downloads_and_the_other_waits()
    {
        await PrepareAsync();
        var slow = Path.Combine(_home, "slow");
        await File.WriteAllTextAsync(slow, "", Ct);
        var first = Start();
        await UntilThereIsAsync("downloads");
        var second = Start();
        // The second run waits for the lock of the first.
        await UntilThereIsAsync("waits");
        File.Delete(slow);

        Assert.Equal(0, (await EndAsync(first)).Status);
        Assert.Equal(0, (await EndAsync(second)).Status);
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_home, "downloads"), Ct));
    }

    [Fact]
    public async Task The_last_line_says_what_to_install_when_there_is_no_network()
    {
        await PrepareAsync();
        await File.WriteAllTextAsync(Path.Combine(_home, "offline"), "", Ct);

        var ended = await EndAsync(Start());

        Assert.Equal(1, ended.Status);
        Assert.EndsWith("An administrator can install it: sudo apt-get install 'hello'\n", ended.Error);
    }

    private string Store => Directory.EnumerateDirectories(Path.Combine(_home, Cache, "mannam")).Single();

    private async Task UntilThereIsAsync(string file)
    {
        while (!File.Exists(Path.Combine(_home, file)))
            await Task.Delay(20, Ct);
    }

    private async Task PrepareAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/dpkg-deb"), "this is no Debian");
        var package = Path.Combine(_home, "package");
        await WriteAsync(
            "package/DEBIAN/control",
            "Package: hello\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody <a@b>\nDescription: x\n"
        );
        await WriteAsync("package/usr/bin/hello-1", Hello, executable: true);
        await WriteAsync("package/usr/lib/hello/libhello.so.1", "");
        // Like Debian's alternatives: an absolute link that must lead into the unpacked tree.
        File.CreateSymbolicLink(Path.Combine(package, "usr/bin/hello"), "/usr/bin/hello-1");
        await EndAsync(Started(new("dpkg-deb", ["-b", package, Path.Combine(_home, "hello.deb")])));
        await WriteAsync("bin/apt-get", Apt, executable: true);
        await WriteAsync("bin/flock", Flock, executable: true);
        // A user id that is not root: root would install packages.
        await WriteAsync("bin/id", $"#!/bin/sh\necho {70_000 + Environment.ProcessId}\n", executable: true);
    }

    private async Task WriteAsync(string name, string text, bool executable = false)
    {
        var file = Path.Combine(_home, name);
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, text, Ct);
        // dpkg-deb accepts only these modes, so the umask must not matter.
        folder.UnixFileMode = Executable;
        File.SetUnixFileMode(file, executable ? Executable : Executable & ~AllExecute);
    }

    private Process Start()
    {
        if (Cache.AsSpan().IndexOfAny("$:\"") >= 0)
            _replaced = $"/var/tmp/mannam-{70_000 + Environment.ProcessId}";
        var start = new ProcessStartInfo("sh", ["-c", Provide, Path.Combine(Checkout.Folder, "src/Launcher/debian.sh")]);
        start.Environment["HOME"] = _home;
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(_home, Cache);
        start.Environment["PATH"] = $"{_home}/bin:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment.Remove("LD_LIBRARY_PATH");
        return Started(start);
    }

    private static Process Started(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        return Process.Start(start)!;
    }

    private static async Task<Ended> EndAsync(Process process)
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Ct), process.StandardError.ReadToEndAsync(Ct));
        await process.WaitForExitAsync(Ct);
        return new(process.ExitCode, await output, await error);
    }
}
