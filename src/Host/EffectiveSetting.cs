using Mannam.Abstractions;

namespace Mannam.Host;

/// <summary>A setting that was configured.</summary>
/// <param name="Value">As text; that of a secret is not told.</param>
/// <param name="Source">Where it came from: <c>file …</c>, <c>environment</c> or <c>--set</c>.</param>
internal sealed record EffectiveSetting(string Value, string Source)
{
    /// <summary>All that was configured, by key without <c>Mannam:</c>.</summary>
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
