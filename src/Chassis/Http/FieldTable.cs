using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Mannam.Http;

/// <summary>The fields of one JSON object, as positions in its bytes. A value is only parsed when it is used.</summary>
internal sealed class FieldTable
{
    public static readonly FieldTable Empty = new([]);

    private readonly byte[] _json;
    private Field[] _fields;

    private FieldTable(byte[] json)
    {
        _json = json;
        _fields = json.Length == 0 ? [] : new Field[8];
    }

    public int Count { get; private set; }

    /// <summary>Reads <paramref name="json"/>. If it cannot be read, <paramref name="malformed"/> says why; otherwise it is null.</summary>
    public static FieldTable Read(byte[] json, out string? malformed)
    {
        var table = new FieldTable(json);
        malformed = table.Fill();
        return malformed is null ? table : Empty;
    }

    /// <summary>The value of the field; if it is given twice, the last one.</summary>
    public bool TryFind(string name, out FieldValue value)
    {
        for (var i = Count - 1; i >= 0; i--)
        {
            if (Has(_fields[i], name))
            {
                value = ValueOf(_fields[i]);
                return true;
            }
        }
        value = default;
        return false;
    }

    /// <summary>The name of the field at this index, in the sent order.</summary>
    public string NameAt(int index)
    {
        var field = _fields[index];
        return field.Unescaped ?? Encoding.UTF8.GetString(_json, field.NameStart, field.NameLength);
    }

    public bool IsNamed(int index, string name) => Has(_fields[index], name);

    public FieldValue ValueAt(int index) => ValueOf(_fields[index]);

    private FieldValue ValueOf(Field field) => new(field.Kind, _json.AsSpan(field.ValueStart, field.ValueLength));

    // The names in our code are ASCII.
    private bool Has(in Field field, string name) =>
        field.Unescaped is null ? Ascii.Equals(_json.AsSpan(field.NameStart, field.NameLength), name) : field.Unescaped == name;

    private string? Fill()
    {
        // The reader checks the grammar, but not the encoding.
        if (!Utf8.IsValid(_json))
            return "The body is not valid UTF-8.";
        var reader = new Utf8JsonReader(_json);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                return "The body must be a JSON object.";
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                Add(ref reader);
            // After the closing brace, only white space is allowed.
            reader.Read();
            return null;
        }
        catch (JsonException bad)
        {
            return reader.CurrentDepth >= 64
                ? "The body is nested too deeply."
                : $"The body is not valid JSON: line {bad.LineNumber + 1}, byte {bad.BytePositionInLine + 1}.";
        }
        catch (InvalidOperationException)
        {
            return "A field's name is not valid Unicode.";
        }
    }

    private void Add(ref Utf8JsonReader reader)
    {
        var nameStart = (int)reader.TokenStartIndex + 1;
        var nameLength = reader.ValueSpan.Length;
        var unescaped = reader.ValueIsEscaped ? reader.GetString() : null;
        reader.Read();
        var valueStart = (int)reader.TokenStartIndex;
        var kind = reader.TokenType;
        reader.Skip();
        if (Count == _fields.Length)
            Array.Resize(ref _fields, 2 * Count);
        _fields[Count++] = new(nameStart, nameLength, unescaped, valueStart, (int)reader.BytesConsumed - valueStart, kind);
    }

    private readonly record struct Field(
        int NameStart,
        int NameLength,
        string? Unescaped,
        int ValueStart,
        int ValueLength,
        JsonTokenType Kind
    );
}
