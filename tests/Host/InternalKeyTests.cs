using Mannam.Abstractions;
using Mannam.Host;
using Mannam.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>The key by which the services of an installation know each other's internal calls.</summary>
public sealed class InternalKeyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mannam-key").FullName;

    private string Kept => Path.Combine(_folder, "data", "internal-key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Of(params (string Key, string Value)[] configured) =>
        InternalKeyFile.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(configured.ToDictionary(c => c.Key, string? (c) => c.Value))
                .Build()
                .SettingsOf("Host"),
            Path.Combine(_folder, "data")
        );

    [Fact]
    public async Task Services_that_start_at_once_have_the_same_key_and_later_ones_too()
    {
        var together = new Barrier(8);
        var keys = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Factory.StartNew(
                        () =>
                        {
                            together.SignalAndWait();
                            return Of();
                        },
                        TestContext.Current.CancellationToken,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                )
        );

        var key = Assert.Single(keys.Distinct());
        Assert.Matches("^[0-9a-f]{64}$", key);
        Assert.Equal(key, Of());
        Assert.Equal([Kept], Directory.GetFiles(Path.GetDirectoryName(Kept)!));
    }

    [Fact]
    public void Only_its_account_reads_the_file()
    {
        Of();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Kept));
    }

    [Fact]
    public void A_configured_key_is_used_and_none_is_made()
    {
        var key = new string('k', InternalKeyFile.Least);
        Assert.Equal(key, Of(("Mannam:Host:InternalKey", key)));
        Assert.False(File.Exists(Kept));
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcde")]
    [InlineData("0123456789abcdef 123456789abcdef")]
    [InlineData("0123456789abcdef만123456789abcdef")]
    public void A_key_that_is_short_or_no_header_is_refused(string key) =>
        Assert.Throws<ConfigurationException>(() => Of(("Mannam:Host:InternalKey", key)));

    [Theory]
    [InlineData("")] // Every request without one would show it.
    [InlineData("0123456789abcdef0123456789abcde\n")]
    public void A_file_that_holds_no_key_is_refused(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Kept)!);
        File.WriteAllText(Kept, text);
        Assert.Contains(Kept, Assert.Throws<ConfigurationException>(() => Of()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_none_can_be_kept_the_setting_is_named()
    {
        File.WriteAllText(Path.Combine(_folder, "data"), "in the way");
        var said = Assert.Throws<ConfigurationException>(() => Of()).Message;
        Assert.StartsWith("Mannam:Host:InternalKey is missing", said, StringComparison.Ordinal);
        Assert.Contains(Kept, said, StringComparison.Ordinal);
    }
}
