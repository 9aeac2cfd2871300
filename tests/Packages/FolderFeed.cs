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

    /// <summary>A copy of the sample outside of the checkout.</summary>
    public string Sample => Path.Combine(_folder, "samples", "GuestBook");

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
        CopySample();
        // The sample's own configuration adds the folder of packages. No other source is needed: foreign packages are in the cache.
        new XElement(
            "configuration",
            new XElement("packageSources", new XElement("clear")),
            new XElement("fallbackPackageFolders", new XElement("add", new XAttribute("key", "machine"), new XAttribute("value", Cache)))
        ).Save(Path.Combine(_folder, "nuget.config"));
    }

    private void CopySample()
    {
        var from = Path.Combine(Checkout.Folder, "samples", "GuestBook");
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(from, f)))
        {
            // Build output of the checkout is not copied.
            if (file.Split('/')[0] is "bin" or "obj")
                continue;
            var to = Path.Combine(Sample, file);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(Path.Combine(from, file), to);
        }
    }

    /// <summary>Restores the sample from the packages and builds it.</summary>
    public Task BuildSampleAsync() =>
        RunAsync(Sample, Path.Combine(_folder, "cache"), ["build", "-p:UseSharedCompilation=false", $"-p:MannamVersion={_version}"]);

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
