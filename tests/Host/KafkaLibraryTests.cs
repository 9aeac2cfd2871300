using System.Diagnostics;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>Which librdkafka a process has loaded, according to the kernel. No broker is needed.</summary>
public sealed class KafkaLibraryTests : IAsyncDisposable
{
    private static readonly string[] Kafka = ["--kafka", "127.0.0.1:9"];
    private static readonly string Packaged = Directory
        .EnumerateFiles(AppContext.BaseDirectory, "centos8-librdkafka.so", Everywhere)
        .Single();
    private readonly Installed installed = new();

    private static EnumerationOptions Everywhere => new() { RecurseSubdirectories = true };

    public ValueTask DisposeAsync() => installed.DisposeAsync();

    [Fact]
    public async Task Librdkafka_is_not_loaded_without_Kafka() => Assert.Empty(Loaded(await installed.UpAsync()));

    [Fact]
    public async Task The_packaged_librdkafka_is_loaded_even_if_the_system_has_another()
    {
        File.Copy(Packaged, Path.Combine(installed.Folder, "librdkafka.so"));
        // If the launcher has unpacked ICU, the variable leads to it.
        installed.Environment["LD_LIBRARY_PATH"] = $"{installed.Folder}:{Environment.GetEnvironmentVariable("LD_LIBRARY_PATH")}";

        Assert.Equal([Packaged], Loaded(await installed.UpAsync(Kafka)));
    }

    [LongFact]
    public async Task Librdkafka_is_loaded_from_a_folder_with_spaces_and_quotes_in_its_name()
    {
        var folder = Path.Combine(installed.Folder, "it's \"here\"");
        await Process.Start("cp", ["-r", AppContext.BaseDirectory, folder]).WaitForExitAsync(TestContext.Current.CancellationToken);
        installed.Program = Path.Combine(folder, "mannam.dll");

        Assert.StartsWith(folder, Assert.Single(Loaded(await installed.UpAsync(Kafka))));
    }

    private static string[] Loaded(Running process) =>
        [
            .. File.ReadLines($"/proc/{process.Id}/maps")
                .Where(line => line.Contains("rdkafka", StringComparison.Ordinal))
                .Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..])
                .Where(path => path.EndsWith(".so", StringComparison.Ordinal))
                .Distinct(),
        ];
}
