using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Mannam.Abstractions;

/// <summary>
/// How texts that people write are compared (spec README, "Values"): two are the same when their NFC forms are (Unicode Standard Annex 15).
/// Keyboards and systems differ in which form of 김 or é they send. What is stored and shown stays as it was given.
/// </summary>
public static class UnicodeText
{
    /// <summary>Whether both are the same text; null is the same as null alone.</summary>
    public static bool AreEqual(string? one, string? other) =>
        string.Equals(one, other, StringComparison.Ordinal)
        || (one is not null && other is not null && string.Equals(Nfc(one), Nfc(other), StringComparison.Ordinal));

    /// <summary>The NFC form. In a query of EF Core it is PostgreSQL's <c>normalize</c>, by which a column can be indexed.</summary>
    /// <exception cref="ArgumentException">The text holds half of a surrogate pair.</exception>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Nfc(string? text) => text?.Normalize(NormalizationForm.FormC);
}
