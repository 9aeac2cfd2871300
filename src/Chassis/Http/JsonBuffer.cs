using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;

namespace Mannam.Http;

/// <summary>A pooled buffer with a JSON writer. It holds a whole answer, so that its Content-Length is known.</summary>
internal sealed class JsonBuffer : IBufferWriter<byte>
{
    private const int Usual = 4 * 1024;
    private const int LargestKept = 256 * 1024;

    private static readonly DefaultObjectPool<JsonBuffer> Pool = new(new Policy(), 64);

    private byte[] _bytes = new byte[Usual];

    private JsonBuffer() => Json = new Utf8JsonWriter(this, WriterOptions);

    /// <summary>Letters of all languages are written unescaped. Nothing is escaped for HTML, because no answer is HTML.</summary>
    public static JsonWriterOptions WriterOptions { get; } =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes into this buffer. Flush it before you write raw bytes, and reset it before the next value.</summary>
    public Utf8JsonWriter Json { get; }

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public static JsonBuffer Rent() => Pool.Get();

    public void Return() => Pool.Return(this);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Writes ASCII text that needs no escaping in JSON.</summary>
    public void WriteAscii(ReadOnlySpan<char> text)
    {
        System.Text.Ascii.FromUtf16(text, GetSpan(text.Length), out var written);
        Length += written;
    }

    public void Write(long number)
    {
        number.TryFormat(GetSpan(20), out var written, provider: System.Globalization.CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>Removes the last byte, so that an object can continue after its closing brace.</summary>
    public void Unwrite() => Length--;

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(Length);
    }

    /// <summary>Sends the buffer as the whole body, and returns it to the pool.</summary>
    public Task SendAsync(HttpResponse response)
    {
        response.ContentLength = Length;
        if (HttpMethods.IsHead(response.HttpContext.Request.Method))
        {
            Return();
            return Task.CompletedTask;
        }
        response.BodyWriter.Write(Written);
        Return();
        var flushed = response.BodyWriter.FlushAsync();
        return flushed.IsCompletedSuccessfully ? Task.CompletedTask : flushed.AsTask();
    }

    private void Grow(int wanted)
    {
        if (_bytes.Length - Length < Math.Max(wanted, 1))
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + wanted));
    }

    private sealed class Policy : PooledObjectPolicy<JsonBuffer>
    {
        public override JsonBuffer Create() => new();

        public override bool Return(JsonBuffer buffer)
        {
            buffer.Length = 0;
            buffer.Json.Reset();
            return buffer._bytes.Length <= LargestKept;
        }
    }
}
