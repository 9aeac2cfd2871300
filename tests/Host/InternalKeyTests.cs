using Mannam.Abstractions;
using Mannam.Host;
using Mannam.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>The key that marks internal calls between the services of an installation.</summary>
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
    public async Task Concurrent_and_later_starts_get_the_same_internal_key()
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
    public void Only_the_owner_can_read_the_internal_key_file()
    {
        Of();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Kept));
    }

    [Fact]
    public void A_configured_internal_key_is_used_and_no_file_is_written()
    {
        var key = new string('k', InternalKeyFile.Least);
        Assert.Equal(key, Of(("Mannam:Host:InternalKey", key)));
        Assert.False(File.Exists(Kept));
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcde")]
    [InlineData("0123456789abcdef 123456789abcdef")]
    [InlineData("0123456789abcdef만123456789abcdef")]
    public void An_internal_key_too_short_or_invalid_as_a_header_is_refused(string key) =>
        Assert.Throws<ConfigurationException>(() => Of(("Mannam:Host:InternalKey", key)));

    [Theory]
    [InlineData("")] // An empty key would match every request without a key.
    [InlineData("0123456789abcdef0123456789abcde\n")]
    public void An_internal_key_file_without_a_valid_key_is_refused(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Kept)!);
        File.WriteAllText(Kept, text);
        Assert.Contains(Kept, Assert.Throws<ConfigurationException>(() => Of()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_error_names_the_setting_if_no_internal_key_can_be_stored()
    {
        File.WriteAllText(Path.Combine(_folder, "data"), "in the way");
        var said = Assert.Throws<ConfigurationException>(() => Of()).Message;
        Assert.StartsWith("Mannam:Host:InternalKey is missing", said, StringComparison.Ordinal);
        Assert.Contains(Kept, said, StringComparison.Ordinal);
    }
}
