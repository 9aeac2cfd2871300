using System.Text;

namespace Mannam.Http;

/// <summary>The rules for texts (spec README, "Values"): 1–255 code points, not all white space, stored unchanged.</summary>
internal static class TextRules
{
    private const int LongestInCodePoints = 255;
    private const string NoZero = "holds the character U+0000, which cannot be stored.";

    /// <summary>Why a store cannot hold this text, such as U+0000; null if it can.</summary>
    public static string? FindStorageFault(ReadOnlySpan<char> text) => Walk(text, out _, out _);

    /// <summary>The error, as the end of a sentence that begins with the field's name; null if there is none.</summary>
    public static string? FindFault(ReadOnlySpan<char> text)
    {
        var fault = Walk(text, out var codePoints, out var visible);
        return fault is not null ? fault
            : !visible ? "must not be empty or only white space."
            : codePoints > LongestInCodePoints ? $"must have at most {LongestInCodePoints} characters."
            : null;
    }

    private static string? Walk(ReadOnlySpan<char> text, out int codePoints, out bool visible)
    {
        if (Ascii.IsValid(text))
        {
            // Most texts have no surrogate pairs, and the runtime checks many characters at once.
            codePoints = text.Length;
            visible = !text.IsWhiteSpace();
            return text.Contains('\0') ? NoZero : null;
        }
        codePoints = 0;
        visible = false;
        while (text.Length > 0)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var taken) != System.Buffers.OperationStatus.Done)
                return "holds what is no character: bytes that are no UTF-8, or half of a surrogate pair.";
            if (rune.Value == 0)
                return NoZero;
            codePoints++;
            visible |= !Rune.IsWhiteSpace(rune);
            text = text[taken..];
        }
        return null;
    }
}
