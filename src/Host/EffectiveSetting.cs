using Mannam.Abstractions;

namespace Mannam.Host;

/// <summary>A configured setting.</summary>
/// <param name="Value">The value as text; hidden for a secret.</param>
/// <param name="Source">Its source: <c>file …</c>, <c>environment</c> or <c>--set</c>.</param>
internal sealed record EffectiveSetting(string Value, string Source)
{
    /// <summary>All configured settings, by key without <c>Mannam:</c>.</summary>
    public static IReadOnlyDictionary<string, EffectiveSetting> Configured(IConfiguration configuration) =>
        configuration
            .AsEnumerable()
            .Where(s => s.Value is not null && s.Key.StartsWith("Mannam:", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(
                s => s.Key["Mannam:".Length..],
                s => new EffectiveSetting(
                    Setting.IsSecret(s.Key) ? "(secret)" : s.Value!,
                    Host.ConfigurationFactory.SourceOf(configuration, s.Key) ?? "unknown"
                ),
                StringComparer.OrdinalIgnoreCase
            );
}
