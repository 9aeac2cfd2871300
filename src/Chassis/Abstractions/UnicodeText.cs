using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Mannam.Abstractions;

/// <summary>
/// Compares texts that people write (spec README, "Values"): two texts are the same when their NFC forms are equal (Unicode Standard Annex 15).
/// Keyboards and systems send different forms of 김 or é. Texts are stored and shown unchanged.
/// </summary>
public static class UnicodeText
{
    /// <summary>Whether both are the same text; null equals only null.</summary>
    public static bool AreEqual(string? one, string? other) =>
        string.Equals(one, other, StringComparison.Ordinal)
        || (one is not null && other is not null && string.Equals(Nfc(one), Nfc(other), StringComparison.Ordinal));

    /// <summary>The NFC form. In a query of EF Core it is PostgreSQL's <c>normalize</c>, which an index can use.</summary>
    /// <exception cref="ArgumentException">The text contains half of a surrogate pair.</exception>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Nfc(string? text) => text?.Normalize(NormalizationForm.FormC);
}
