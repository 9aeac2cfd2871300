using Mannam.Abstractions;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Mannam.Host;

/// <summary>What changes between installations: files, over them the environment (<c>Mannam__Taxi__Catch__PaymentTimeout</c>), over it <c>--set</c>.</summary>
internal static class ConfigurationFactory
{
    /// <summary>Reads all of it, below the key <c>Mannam</c>.</summary>
    /// <param name="files">JSON files, or folders with a file for each setting, as a ConfigMap or Secret is mounted.</param>
    /// <param name="settings"><c>Section:Key=value</c> each.</param>
    /// <param name="variable">The environment, by the name of a variable, for the documents' own names.</param>
    /// <exception cref="ConfigurationException">Something cannot be read.</exception>
    public static IConfigurationRoot From(
        IReadOnlyCollection<string> files,
        IReadOnlyCollection<string> settings,
        Func<string, string?>? variable = null
    )
    {
        var builder = new ConfigurationBuilder();
        foreach (var file in files)
            builder.Add(new FileSettings(file));
        builder.Add(new Variables(variable ?? Environment.GetEnvironmentVariable));
        builder.AddEnvironmentVariables();
        return builder.Add(new Given(settings.Select(Pair))).Build();
    }

    /// <summary>Where a key's value came from: <c>file …</c>, <c>environment</c> or <c>--set</c>; null where it is not configured.</summary>
    public static string? SourceOf(IConfiguration configuration, string key) =>
        ((IConfigurationRoot)configuration).Providers.LastOrDefault(p => p.TryGet(key, out _)) switch
        {
            null => null,
            FileSettings file => file.Name,
            Given => "--set",
            Variables or EnvironmentVariablesConfigurationProvider => "environment",
            var other => other.GetType().Name,
        };

    private sealed class Given : ConfigurationProvider, IConfigurationSource
    {
        public Given(IEnumerable<KeyValuePair<string, string?>> settings)
        {
            foreach (var (key, value) in settings)
                Data[key] = value;
        }

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
    }

    // The documents' own names, below ours.
    private sealed class Variables : ConfigurationProvider, IConfigurationSource
    {
        public Variables(Func<string, string?> variable)
        {
            foreach (var (scope, setting) in Machine.SettingsOf(Commands.Up.AllSystems))
            {
                if (setting.Variables.Select(variable).FirstOrDefault(value => value is not null) is { } value)
                    Data[$"Mannam:{scope}:{setting.Name}"] = value;
            }
        }

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
    }

    private static KeyValuePair<string, string?> Pair(string setting)
    {
        var at = setting.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            ? KeyValuePair.Create<string, string?>("Mannam:" + setting[..at], setting[(at + 1)..])
            : throw new ConfigurationException($"--set {setting}: Section:Key=value is expected.");
    }
}
