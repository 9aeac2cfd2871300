using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Mannam.Http;

/// <summary>
/// Reads the parameters of a query string like ASP.NET Core, with two differences: names are case-sensitive, and bytes that are not UTF-8 differ
/// from a text with U+FFFD.
/// </summary>
internal static class QueryStringReader
{
    // Half of a surrogate pair is no valid text, number or name, so every use of it is refused.
    private const string NoText = "\uD800";

    /// <summary>Reads a query string that begins with a question mark.</summary>
    public static QueryCollection Read(string query)
    {
        var values = new Dictionary<string, StringValues>(StringComparer.Ordinal);
        var text = query.AsSpan(1);
        foreach (var part in text.Split('&'))
        {
            var parameter = text[part];
            if (parameter.Length == 0)
                continue;
            var equals = parameter.IndexOf('=');
            var name = Decode(equals < 0 ? parameter : parameter[..equals]);
            var value = equals < 0 ? "" : Decode(parameter[(equals + 1)..]);
            values[name] = StringValues.Concat(values.GetValueOrDefault(name), value);
        }
        return new QueryCollection(values);
    }

    private static string Decode(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAny('%', '+'))
            return text.ToString();
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes[length++] = Convert.FromHexString(text.Slice(i + 1, 2))[0];
                i += 2;
            }
            else
            {
                // A percent sign without an escape is a literal.
                length += Encoding.UTF8.GetBytes([text[i] == '+' ? ' ' : text[i]], bytes.AsSpan(length));
            }
        }
        var decoded = bytes.AsSpan(0, length);
        return Utf8.IsValid(decoded) ? Encoding.UTF8.GetString(decoded) : NoText;
    }
}
