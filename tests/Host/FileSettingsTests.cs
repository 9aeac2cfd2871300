using Mannam.Abstractions;
using Mannam.Host;
using Mannam.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>The files of <c>--config</c>, which are read again while the process runs.</summary>
public sealed class FileSettingsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mannam settings ").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static readonly Action<IConfiguration> Anything = _ => { };

    private static FileSettings FileOf(IConfigurationRoot configuration) => configuration.Providers.OfType<FileSettings>().Single();

    [Fact]
    public void A_changed_JSON_file_takes_effect_below_settings_of_higher_priority()
    {
        var file = Path.Combine(folder, "a.json");
        File.WriteAllText(file, """{"Law": {"Schedule": {"Areas": "one"}, "Topic": "file"}}""");
        var configuration = ConfigurationFactory.From([file], ["Law:Topic=set"]);
        Assert.False(FileOf(configuration).LookAgain(Anything));

        File.WriteAllText(file, """{"Law": {"Schedule": {"Areas": "two"}, "Topic": "other"}}""");
        Assert.True(FileOf(configuration).LookAgain(Anything));
        Assert.Equal(("two", "set"), (configuration["Mannam:Law:Schedule:Areas"], configuration["Mannam:Law:Topic"]));
    }

    [Fact]
    public void The_documents_own_variables_rank_like_environment_variables()
    {
        var file = Path.Combine(folder, "a.json");
        File.WriteAllText(file, """{"Law": {"Schedule": {"Areas": "file"}}}""");
        var variables = new Dictionary<string, string> { ["schedule-area"] = "paju", ["payment-url"] = "http://payment:8080" };
        var configuration = ConfigurationFactory.From([file], [], variables.GetValueOrDefault);

        Assert.Equal("paju", configuration["Mannam:Law:Schedule:Areas"]);
        Assert.Equal("http://payment:8080", configuration["Mannam:Law:Consult:PaymentUrl"]);
        Assert.Equal("environment", ConfigurationFactory.SourceOf(configuration, "Mannam:Law:Schedule:Areas"));
    }

    [Fact]
    public void A_mounted_folder_whose_link_is_replaced_is_read_again()
    {
        // Kubernetes mounts a ConfigMap like this: the files are links through ..data, and that link is replaced.
        Mount("1", "one");
        File.CreateSymbolicLink(Path.Combine(folder, "Law__Schedule__Areas"), Path.Combine("..data", "Law__Schedule__Areas"));
        var configuration = ConfigurationFactory.From([folder], []);
        Assert.Equal("one", configuration["Mannam:Law:Schedule:Areas"]);
        Mount("2", "two");
        Assert.True(FileOf(configuration).LookAgain(Anything));
        Assert.Equal("two", configuration["Mannam:Law:Schedule:Areas"]);
    }

    private void Mount(string version, string areas)
    {
        Directory.CreateDirectory(Path.Combine(folder, ".." + version));
        File.WriteAllText(Path.Combine(folder, ".." + version, "Law__Schedule__Areas"), areas + "\n");
        File.Delete(Path.Combine(folder, "..data"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "..data"), ".." + version);
    }

    [Fact]
    public void An_invalid_file_is_rejected_and_the_old_settings_stay()
    {
        var file = Path.Combine(folder, "a.json");
        File.WriteAllText(file, """{"Law": {"Schedule": {"Areas": "one"}}}""");
        var configuration = ConfigurationFactory.From([file], []);
        foreach (var wrong in (string[])["""{"Law": {"Schedule": {"Areas": "two"}, "Nosuch": 1}}""", """{"Law": """, ""])
        {
            File.WriteAllText(file, wrong);
            Assert.Throws<ConfigurationException>(() =>
                FileOf(configuration).LookAgain(c => c.Check(Machine.SettingsOf(Mannam.Host.Commands.Up.AllSystems)))
            );
            Assert.Equal("one", configuration["Mannam:Law:Schedule:Areas"]);
        }
        File.Delete(file);
        Assert.Throws<ConfigurationException>(() => FileOf(configuration).LookAgain(Anything));
        Assert.Equal("one", configuration["Mannam:Law:Schedule:Areas"]);
    }
}
