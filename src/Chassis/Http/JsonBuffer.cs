using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;

namespace Mannam.Http;

/// <summary>A pooled buffer and the JSON writer over it: an answer is written here whole, so that its Content-Length is known.</summary>
internal sealed class JsonBuffer : IBufferWriter<byte>
{
    private const int Usual = 4 * 1024;
    private const int LargestKept = 256 * 1024;

    private static readonly DefaultObjectPool<JsonBuffer> Pool = new(new Policy(), 64);

    private byte[] _bytes = new byte[Usual];

    private JsonBuffer() => Json = new Utf8JsonWriter(this, WriterOptions);

    /// <summary>Letters of every language stand as themselves; nothing is escaped for HTML, since no answer is HTML.</summary>
    public static JsonWriterOptions WriterOptions { get; } =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes into this buffer; flush it before writing raw bytes, and reset it before the next value.</summary>
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

    /// <summary>Writes text that is known to be ASCII and to need no escaping in JSON.</summary>
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

    /// <summary>Takes back the last byte, so that an object can be continued after its closing brace was written.</summary>
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

    /// <summary>Sends what was written as the whole body and gives the buffer back to the pool.</summary>
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
