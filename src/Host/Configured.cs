using Mannam.Chassis.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Mannam.Host;

/// <summary>What changes between installations: files, over them the environment (<c>Mannam__Taxi__Catch__PaymentTimeout</c>), over it <c>--set</c>.</summary>
internal static class Configured
{
    /// <summary>Reads all of it, below the key <c>Mannam</c>.</summary>
    /// <param name="files">JSON files, or folders with a file for each setting, as a ConfigMap or Secret is mounted.</param>
    /// <param name="settings"><c>Section:Key=value</c> each.</param>
    /// <exception cref="ConfigurationException">Something cannot be read.</exception>
    public static IConfiguration From(IReadOnlyCollection<string> files, IReadOnlyCollection<string> settings)
    {
        var builder = new ConfigurationBuilder();
        foreach (var file in files)
            builder.Add(
                new Named(
                    $"file {file}",
                    Read(file).AsEnumerable().Where(s => s.Value is not null).Select(s => KeyValuePair.Create("Mannam:" + s.Key, s.Value))
                )
            );
        builder.AddEnvironmentVariables();
        return builder.Add(new Named("--set", settings.Select(Pair))).Build();
    }

    /// <summary>Where a key's value came from: <c>file …</c>, <c>environment</c> or <c>--set</c>; null where it is not configured.</summary>
    public static string? SourceOf(IConfiguration configuration, string key) =>
        ((IConfigurationRoot)configuration).Providers.LastOrDefault(p => p.TryGet(key, out _)) switch
        {
            null => null,
            Named named => named.Name,
            EnvironmentVariablesConfigurationProvider => "environment",
            var other => other.GetType().Name,
        };

    private sealed class Named : ConfigurationProvider, IConfigurationSource
    {
        public Named(string name, IEnumerable<KeyValuePair<string, string?>> settings)
        {
            Name = name;
            foreach (var (key, value) in settings)
                Data[key] = value;
        }

        public string Name { get; }

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
    }

    private static IConfigurationRoot Read(string file)
    {
        var path = Path.GetFullPath(file);
        try
        {
            if (Directory.Exists(path))
                return new ConfigurationBuilder().AddKeyPerFile(path).Build();
            if (File.Exists(path))
                return new ConfigurationBuilder().AddJsonFile(path).Build();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or FormatException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"--config {file} cannot be read: {e.Message}");
        }
        throw new ConfigurationException($"--config {file}: there is no such file or folder.");
    }

    private static KeyValuePair<string, string?> Pair(string setting)
    {
        var at = setting.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            ? KeyValuePair.Create<string, string?>("Mannam:" + setting[..at], setting[(at + 1)..])
            : throw new ConfigurationException($"--set {setting}: Section:Key=value is expected.");
    }
}
