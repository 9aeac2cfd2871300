using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using Mannam.Tests.Host;
using Xunit;

namespace Mannam.Tests.Packages;

/// <summary>The packages of this checkout in a temporary folder that serves as a package feed. Disposal deletes the folder.</summary>
public sealed class FolderFeed : IAsyncLifetime
{
    // A version that no other run has built, so no cache has these packages.
    private readonly string _version = $"0.1.0-test{Guid.NewGuid():N}";
    private readonly string _folder = Directory.CreateTempSubdirectory("mannam-feed-").FullName;

    private string Samples => Path.Combine(_folder, "samples");

    private string Sample => Path.Combine(Samples, "GuestBook");

    private string Packages => Path.Combine(_folder, "packages");

    // The machine's cache of other packages. It has no Mannam packages of this version.
    private static string Cache =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public async ValueTask InitializeAsync()
    {
        await RunAsync(
            Checkout.Folder,
            Cache,
            ["pack", "Mannam.slnx", "--no-build", "-o", Packages, $"-p:Version={_version}", $"-p:NuspecOutputPath={_folder}/nuspec/"]
        );
        CopySamples(Samples);
        // The samples' own configuration adds the folder of packages. There is no other source: what is not ours was restored before.
        new XElement(
            "configuration",
            new XElement("packageSources", new XElement("clear")),
            new XElement("fallbackPackageFolders", new XElement("add", new XAttribute("key", "machine"), new XAttribute("value", Cache)))
        ).Save(Path.Combine(_folder, "nuget.config"));
    }

    private static void CopySamples(string samples)
    {
        var from = Path.Combine(Checkout.Folder, "samples");
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(from, f)))
        {
            // What somebody built in the checkout stays there.
            if (file.Split('/').Any(part => part is "bin" or "obj"))
                continue;
            var to = Path.Combine(samples, file);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(Path.Combine(from, file), to);
        }
    }

    /// <summary>Restores the sample from the packages, and builds it.</summary>
    public Task BuildSampleAsync() => BuildAsync(Sample);

    /// <summary>Builds the sample's simulation from the packages, and runs it.</summary>
    /// <param name="server">A PostgreSQL server.</param>
    /// <param name="edit">Edits the folder of samples before, which is a copy of its own; null leaves it as it is.</param>
    internal async Task<Ended> SimulateSampleAsync(string server, Action<string>? edit = null)
    {
        var samples = Samples;
        if (edit is not null)
        {
            samples = Path.Combine(_folder, "edited");
            CopySamples(samples);
            edit(samples);
        }
        var simulation = Path.Combine(samples, "GuestBook.Simulation");
        await BuildAsync(simulation);
        await using var running = Begin(
            simulation,
            Cache,
            [Path.Combine(simulation, "bin/Release/net10.0/GuestBook.Simulation.dll"), server]
        );
        return await running.EndAsync();
    }

    private Task BuildAsync(string project) =>
        RunAsync(project, Path.Combine(_folder, "cache"), ["build", "-p:UseSharedCompilation=false", $"-p:MannamVersion={_version}"]);

    /// <summary>Starts the sample at a port, with settings as arguments.</summary>
    internal Running StartSample(int port, IEnumerable<string> settings) =>
        Begin(
            Sample,
            Cache,
            [Path.Combine(Sample, "bin", "Release", "net10.0", "GuestBook.dll"), "--urls", $"http://127.0.0.1:{port}", .. settings]
        );

    /// <summary>Opens a package.</summary>
    internal ZipArchive Open(string name) => ZipFile.OpenRead(Path.Combine(Packages, $"{name}.{_version}.nupkg"));

    /// <summary>The packages that a package needs, each with its range of versions.</summary>
    internal IReadOnlyList<(string Name, string Versions)> NeedsOf(string name)
    {
        using var package = Open(name);
        using var nuspec = package.GetEntry($"{name}.nuspec")!.Open();
        return
        [
            .. XDocument
                .Load(nuspec)
                .Descendants()
                .Where(e => e.Name.LocalName == "dependency")
                .Select(e => (e.Attribute("id")!.Value, e.Attribute("version")!.Value)),
        ];
    }

    /// <summary>The version range that allows only this version.</summary>
    public string Exactly => $"[{_version}]";

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    // Neither MSBuild nodes nor a compiler server may stay behind.
    private static async Task RunAsync(string folder, string cache, string[] command)
    {
        await using var running = Begin(
            folder,
            cache,
            [.. command, "-c", "Release", "--nologo", "-v", "q", "-tl:off", "-m:1", "-nodeReuse:false"]
        );
        var ended = await running.EndAsync();
        Assert.True(ended.Status == 0, $"dotnet {command[0]} failed: {ended.Out}{ended.Error}");
    }

    // MSBuild reads every environment variable as a property, so it gets only necessary ones.
    private static Running Begin(string folder, string cache, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(Environment.ProcessPath!, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var kept = info
            .Environment.Where(v => v.Key is "PATH" or "HOME" or "TMPDIR" or "LD_LIBRARY_PATH" or "DOTNET_ROOT" or "DOTNET_CLI_HOME")
            .ToList();
        info.Environment.Clear();
        kept.ForEach(info.Environment.Add);
        info.Environment["NUGET_PACKAGES"] = cache;
        info.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        return new Running(Process.Start(info)!);
    }
}
