using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mannam.Messaging;

/// <summary>Writes a service's events as records: value and CloudEvents envelope (shared/spec/README.md, "Events").</summary>
/// <param name="source">The producer, such as <c>/taxi/catch</c>.</param>
/// <param name="language">The source-generated serialization of the system's events.</param>
/// <param name="time">The clock for <c>ce_time</c> and <c>timestamp</c>.</param>
public sealed class EventSerializer(string source, JsonSerializerContext language, TimeProvider time)
{
    /// <summary>The version of the events' schema, <c>ce_schemaversion</c>.</summary>
    public const string SchemaVersion = "1";

    internal OutboxMessage Write(long key, IEvent what, MessageContext context)
    {
        var name = what.GetType().Name;
        var now = time.GetUtcNow();
        // The same clock: the inbox removes old ids by it.
        var id = Guid.CreateVersion7(now);
        var at = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        return new OutboxMessage(id, key, Envelope(id, key, name, at, context), Fields(what, name, at));
    }

    // Written by hand: no part needs escaping, except the trace, which may come from a foreign service.
    private string Envelope(Guid id, long key, string name, string at, MessageContext context) =>
        $$"""{"ce_specversion":"1.0","ce_id":"{{id}}","ce_source":"{{source}}","ce_type":"{{name}}","ce_time":"{{at}}","ce_subject":"{{key}}","ce_traceparent":"{{JsonEncodedText.Encode(context.TraceParent)}}","ce_schemaversion":"{{SchemaVersion}}","ce_causationid":"{{context.CausationId}}","content-type":"application/json"}""";

    private string Fields(IEvent what, string name, string at)
    {
        var type = (JsonTypeInfo)(
            language.GetTypeInfo(what.GetType()) ?? throw new InvalidOperationException($"{name} is not in {language.GetType().Name}")
        );
        var fields = JsonSerializer.SerializeToUtf8Bytes(what, type);
        var value = new StringBuilder(fields.Length + 80);
        value.Append(Encoding.UTF8.GetString(fields.AsSpan(0, fields.Length - 1)));
        if (fields.Length > 2)
            value.Append(',');
        return value.Append("\"eventType\":\"").Append(name).Append("\",\"timestamp\":\"").Append(at).Append("\"}").ToString();
    }
}
