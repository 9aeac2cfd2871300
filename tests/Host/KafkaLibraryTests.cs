using System.Diagnostics;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>Which librdkafka a process has loaded, as the kernel tells it. Nothing here needs a broker.</summary>
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
    public async Task Without_Kafka_the_C_library_is_not_loaded() => Assert.Empty(Loaded(await installed.UpAsync()));

    [Fact]
    public async Task The_packaged_library_is_loaded_also_where_the_system_has_another()
    {
        File.Copy(Packaged, Path.Combine(installed.Folder, "librdkafka.so"));
        // Where ICU was unpacked by the launcher, the variable leads to it.
        installed.Environment["LD_LIBRARY_PATH"] = $"{installed.Folder}:{Environment.GetEnvironmentVariable("LD_LIBRARY_PATH")}";

        Assert.Equal([Packaged], Loaded(await installed.UpAsync(Kafka)));
    }

    [LongFact]
    public async Task It_is_loaded_from_a_folder_whose_name_has_spaces_and_quotes()
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
