using Mannam.Abstractions;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Mannam.Host;

/// <summary>The configuration of an installation: files, overridden by the environment (<c>Mannam__Taxi__Catch__PaymentTimeout</c>), then by <c>--set</c>.</summary>
internal static class ConfigurationFactory
{
    /// <summary>Reads all sources, below the key <c>Mannam</c>.</summary>
    /// <param name="files">JSON files, or folders with one file per setting, such as a mounted ConfigMap or Secret.</param>
    /// <param name="settings">Settings as <c>Section:Key=value</c>.</param>
    /// <param name="variable">Returns a variable of the environment, for the documents' own names.</param>
    /// <exception cref="ConfigurationException">A source cannot be read.</exception>
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

    /// <summary>The source of a key's value: <c>file …</c>, <c>environment</c> or <c>--set</c>; null if it is not configured.</summary>
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

    // The documents' own names, which our names override.
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
