using System.Text;
using System.Text.Json;

namespace Mannam.Http;

/// <summary>One JSON value: its kind and its bytes, for a text with quotes.</summary>
internal readonly ref struct FieldValue(JsonTokenType kind, ReadOnlySpan<byte> json)
{
    private readonly ReadOnlySpan<byte> _json = json;

    public bool IsNull => kind == JsonTokenType.Null;

    public bool IsText => kind == JsonTokenType.String;

    /// <summary>The text; null if it is no text, or contains half a surrogate pair.</summary>
    public string? Text()
    {
        if (!IsText)
            return null;
        var content = _json[1..^1];
        if (!content.Contains((byte)'\\'))
            return Encoding.UTF8.GetString(content);
        var reader = new Utf8JsonReader(_json);
        reader.Read();
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The whole number, written as a number, or as a text with a number's grammar.</summary>
    public bool TryWholeNumber(out long number)
    {
        number = 0;
        return kind switch
        {
            JsonTokenType.Number => WholeNumber.TryParse(_json, out number),
            JsonTokenType.String when _json.Contains((byte)'\\') => Text() is { } text
                && WholeNumber.TryParse(Encoding.UTF8.GetBytes(text), out number),
            JsonTokenType.String => WholeNumber.TryParse(_json[1..^1], out number),
            _ => false,
        };
    }

    /// <summary>True if both are equal: the same text, the same whole number (in either form), or equal JSON.</summary>
    public bool IsSameAs(FieldValue other)
    {
        if (IsText && other.IsText)
            return Text() is { } text && UnicodeText.AreEqual(text, other.Text());
        if (TryWholeNumber(out var number) && other.TryWholeNumber(out var same))
            return number == same;
        if (kind != other.Kind)
            return false;
        using var mine = JsonDocument.Parse(_json.ToArray());
        using var theirs = JsonDocument.Parse(other._json.ToArray());
        return JsonElement.DeepEquals(mine.RootElement, theirs.RootElement);
    }

    private JsonTokenType Kind => kind;
}
