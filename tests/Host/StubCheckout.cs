using System.Diagnostics;

namespace Mannam.Tests.Host;

/// <summary>
/// The launcher in a separate checkout with a stub of the SDK: <c>build</c> only records its environment, and the built program is
/// the script <c>Program</c>.
/// </summary>
internal sealed class StubCheckout : IDisposable
{
    private static readonly (string Project, string Assembly)[] Programs =
    [
        ("src/Host", "mannam"),
        ("tests", "Mannam.Tests"),
        ("tests/Unit", "Mannam.UnitTests"),
        ("bench", "mannam-bench"),
    ];

    private readonly string above = Directory.CreateTempSubdirectory("mannam-stub ").FullName;

    /// <param name="name">The name of the checkout's folder.</param>
    /// <param name="program">The script that runs instead of a built program, with the program's arguments.</param>
    public StubCheckout(string name, string program)
    {
        Folder = Path.Combine(above, name);
        foreach (var (project, assembly) in Programs)
            Directory.CreateDirectory(Path.Combine(Folder, project, "bin/Release/net10.0", assembly + ".dll"));
        Directory.CreateDirectory(Path.Combine(Folder, "src/Launcher"));
        foreach (var script in new[] { "mannam", "src/Launcher/debian.sh", "tests/after-run" })
            File.Copy(Path.Combine(Checkout.Folder, script), Path.Combine(Folder, script));
        Write(
            "dotnet",
            $"""
            #!/bin/sh
            case "$1" in
              build) env > '{above}/built'; exit 0 ;;
              --*) echo 10.0.100; exit 0 ;;
            esac
            shift
            {program}
            """
        );
    }

    /// <summary>The checkout.</summary>
    public string Folder { get; }

    /// <summary>The environment of the last build; null before the first.</summary>
    public string[]? Built => File.Exists(Path.Combine(above, "built")) ? File.ReadAllLines(Path.Combine(above, "built")) : null;

    /// <summary>The folder for the temporary folders of runs.</summary>
    public string Temporary => Directory.CreateDirectory(Path.Combine(above, "tmp")).FullName;

    /// <summary>Starts the launcher with redirections of the shell.</summary>
    public Process Begin(string redirections, IEnumerable<KeyValuePair<string, string>> variables, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "/bin/sh",
            ["-c", $"exec \"$@\" {redirections}", "sh", Path.Combine(Folder, "mannam"), .. arguments]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = above,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        start.Environment["TMPDIR"] = Temporary;
        start.Environment["PATH"] = $"{above}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment.Remove("DOTNET_ROOT");
        return Process.Start(start)!;
    }

    private void Write(string name, string text)
    {
        var file = Path.Combine(above, name);
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
    }

    public void Dispose() => Directory.Delete(above, recursive: true);
}
