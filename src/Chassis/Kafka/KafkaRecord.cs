using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Confluent.Kafka;

namespace Mannam.Kafka;

/// <summary>A record in Kafka's form: CloudEvents 1.0, binary mode. The key is the correlation key as text, the headers are strings.</summary>
internal static class KafkaRecord
{
    private static readonly JsonWriterOptions AsItIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Message<byte[], byte[]> Write(TopicRecord record)
    {
        var headers = new Headers();
        using var envelope = JsonDocument.Parse(record.Headers);
        foreach (var header in envelope.RootElement.EnumerateObject())
            headers.Add(header.Name, Encoding.UTF8.GetBytes(header.Value.GetString() ?? ""));
        return new()
        {
            Key = Encoding.ASCII.GetBytes(record.Key.ToString(CultureInfo.InvariantCulture)),
            Value = Encoding.UTF8.GetBytes(record.Value),
            Headers = headers,
        };
    }

    /// <summary>Reads a record of any producer. A record that is no event is returned as unreadable.</summary>
    public static ReceivedEvent Read(ConsumeResult<byte[], byte[]> record)
    {
        var (partition, offset) = (record.Partition.Value, record.Offset.Value);
        var headers = HeadersOf(record.Message.Headers);
        var value = record.Message.Value is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
        return
            record.Message.Key is { } key
            && long.TryParse(Encoding.UTF8.GetString(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var saga)
            ? ReceivedEvent.Read(partition, offset, saga, headers, value)
            : ReceivedEvent.OfUnreadable(partition, offset, 0, headers, value, "its key is not a correlation key");
    }

    private static string HeadersOf(Headers? headers)
    {
        var json = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(json, AsItIs))
        {
            writer.WriteStartObject();
            foreach (var header in headers ?? [])
                writer.WriteString(header.Key, Encoding.UTF8.GetString(header.GetValueBytes() ?? []));
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
