namespace Mannam.Abstractions;

/// <summary>The settings of one service in this installation.</summary>
/// <param name="configured">Returns the configured value of a key, such as <c>Mannam:Taxi:Catch:PaymentUrl</c>, or null. Called at each use.</param>
/// <param name="scope">The prefix of the names, such as <c>Taxi:Catch</c>.</param>
public sealed class Settings(Func<string, string?> configured, string scope)
{
    /// <summary>The configured value, or the default.</summary>
    /// <exception cref="ConfigurationException">The value is invalid, or it is required and missing.</exception>
    public T Get<T>(Setting<T> setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        var text = Text(setting) ?? throw new ConfigurationException($"Mannam:{scope}:{setting.Name} is not set: {setting.Meaning}.");
        try
        {
            return setting.Read(text);
        }
        catch (FormatException e)
        {
            throw Wrong($"Mannam:{scope}:{setting.Name}", text, e);
        }
    }

    /// <summary>The configured value, or null if it is known without configuration.</summary>
    public T? GetIfSet<T>(Setting<T> setting)
        where T : class => Text(setting) is null ? null : Get(setting);

    private string? Text(Setting setting) => configured($"Mannam:{scope}:{setting.Name}") ?? setting.Default;

    /// <summary>Checks that each key below <c>Mannam:</c> is a setting, and that its value is valid.</summary>
    /// <param name="configured">All configured values.</param>
    /// <param name="known">All settings, each with its scope.</param>
    /// <exception cref="ConfigurationException">A key or value is invalid. The message names the key.</exception>
    public static void Check(
        IEnumerable<KeyValuePair<string, string?>> configured,
        IReadOnlyCollection<(string Scope, Setting Setting)> known
    )
    {
        var byKey = known.ToDictionary(k => $"Mannam:{k.Scope}:{k.Setting.Name}", k => k.Setting, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in configured)
        {
            if (value is null || !key.StartsWith("Mannam:", StringComparison.OrdinalIgnoreCase))
                continue;
            if (!byKey.TryGetValue(key, out var setting))
                throw new ConfigurationException($"{key} is not a setting of Mannam{Nearest(key, byKey.Keys)}.");
            try
            {
                setting.Check(value);
            }
            catch (FormatException e)
            {
                throw Wrong(key, value, e);
            }
        }
    }

    private static ConfigurationException Wrong(string key, string value, FormatException e) =>
        new(Setting.IsSecret(key) ? $"{key} is wrong: {e.Message}." : $"{key} is \"{value}\", but {e.Message}.");

    private static string Nearest(string key, IEnumerable<string> keys)
    {
        var name = key[(key.LastIndexOf(':') + 1)..];
        var like = keys.FirstOrDefault(k => k.EndsWith(':' + name, StringComparison.OrdinalIgnoreCase));
        return like is null ? "" : $" (there is {like})";
    }
}
