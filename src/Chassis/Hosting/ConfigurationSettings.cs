using Microsoft.Extensions.Configuration;

namespace Mannam.Hosting;

/// <summary>Reads settings from .NET's configuration.</summary>
public static class ConfigurationSettings
{
    /// <summary>The current settings of a scope, such as <c>Taxi:Catch</c>.</summary>
    public static Settings SettingsOf(this IConfiguration configuration, string scope) => new(key => configuration[key], scope);

    /// <summary>Checks that each key below <c>Mannam:</c> is a setting, and that its value is valid.</summary>
    /// <exception cref="ConfigurationException">A key or value is invalid. The message names the key.</exception>
    public static void Check(this IConfiguration configuration, IReadOnlyCollection<(string Scope, Setting Setting)> known) =>
        Settings.Check(configuration.AsEnumerable(), known);
}
