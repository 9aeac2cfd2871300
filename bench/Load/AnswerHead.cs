using System.Buffers.Text;

namespace Mannam.Bench.Load;

/// <summary>The parts of an answer's head that a benchmark needs.</summary>
/// <param name="Status">The status code.</param>
/// <param name="ContentLength">The body's length if it does not come in chunks.</param>
/// <param name="Chunked">Whether the body comes in chunks.</param>
/// <param name="Closes">Whether the server closes the connection after this answer.</param>
/// <param name="LocationId">The number at the end of Location; 0 if there is none.</param>
internal readonly record struct AnswerHead(int Status, long ContentLength, bool Chunked, bool Closes, long LocationId)
{
    /// <summary>Reads a head; each line has its line end.</summary>
    /// <exception cref="IOException">It is no head of HTTP/1.1, or has no length of the body.</exception>
    internal static AnswerHead Parse(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[9..], out int status, out _))
        {
            throw new IOException("the answer is not HTTP/1.1");
        }
        long length = status is 204 or 304 ? 0 : -1;
        var chunked = false;
        var closes = false;
        long id = 0;
        int lineEnd;
        for (var rest = head[(head.IndexOf("\r\n"u8) + 2)..]; (lineEnd = rest.IndexOf("\r\n"u8)) > 0; rest = rest[(lineEnd + 2)..])
        {
            var line = rest[..lineEnd];
            if (Value(line, "content-length:"u8, out var value))
            {
                _ = Utf8Parser.TryParse(value, out length, out _);
            }
            else if (Value(line, "transfer-encoding:"u8, out value))
            {
                chunked = value.SequenceEqual("chunked"u8);
            }
            else if (Value(line, "connection:"u8, out value))
            {
                closes = value.SequenceEqual("close"u8);
            }
            else if (Value(line, "location:"u8, out value))
            {
                _ = Utf8Parser.TryParse(value[(value.LastIndexOf((byte)'/') + 1)..], out id, out _);
            }
        }
        return length >= 0 || chunked
            ? new AnswerHead(status, length, chunked, closes, id)
            : throw new IOException("an answer without a length and not in chunks");
    }

    /// <summary>Reads the hexadecimal size at the beginning of a chunk's line.</summary>
    internal static int ParseHex(ReadOnlySpan<byte> line) =>
        Utf8Parser.TryParse(line, out int size, out _, 'x') ? size : throw new IOException("a chunk without a size");

    private static bool Value(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (line.Length < name.Length || !System.Text.Ascii.EqualsIgnoreCase(line[..name.Length], name))
        {
            return false;
        }
        value = line[name.Length..].Trim((byte)' ');
        return true;
    }
}
