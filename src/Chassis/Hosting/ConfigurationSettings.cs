using Microsoft.Extensions.Configuration;

namespace Mannam.Hosting;

/// <summary>Settings out of .NET's configuration.</summary>
public static class ConfigurationSettings
{
    /// <summary>The settings of a scope, such as <c>Taxi:Catch</c>, as they are now.</summary>
    public static Settings SettingsOf(this IConfiguration configuration, string scope) => new(key => configuration[key], scope);

    /// <summary>Fails on a key below <c>Mannam:</c> that nobody reads, and on a value that cannot be read.</summary>
    /// <exception cref="ConfigurationException">Names the key.</exception>
    public static void Check(this IConfiguration configuration, IReadOnlyCollection<(string Scope, Setting Setting)> known) =>
        Settings.Check(configuration.AsEnumerable(), known);
}
