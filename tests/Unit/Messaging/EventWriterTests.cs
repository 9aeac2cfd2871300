using System.Text.Json;
using Mannam.Abstractions;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Unit.Messaging;

/// <summary>The envelope of an event: CloudEvents 1.0.</summary>
public sealed class EventWriterTests
{
    private readonly EventSerializer _writer = new("/counting/counter", CountingEvents.Language, new Clock());

    [Fact]
    public void An_event_is_written_as_flat_JSON_with_its_name_and_time()
    {
        var row = _writer.Write(7, new Counted(7, 2, "김민수 \"K\""), new MessageContext("request-1", "00-aa-bb-00"));

        var value = JsonDocument.Parse(row.Value).RootElement;
        Assert.Equal(["id", "number", "by", "eventType", "timestamp"], value.EnumerateObject().Select(p => p.Name));
        Assert.Equal("김민수 \"K\"", value.GetProperty("by").GetString());
        Assert.Equal("2030-01-01T00:00:00.000000Z", value.GetProperty("timestamp").GetString());
    }

    [Fact]
    public void An_envelope_is_read_back_unchanged_with_any_causation_and_trace()
    {
        var row = _writer.Write(7, new Counted(7, 2, "somebody"), new MessageContext("request-1", "no trace, but \"quotes\" and \\"));

        var read = ReceivedEvent.Read(3, 5, row.Key, row.Headers, row.Value);

        Assert.Equal((row.EventId, "Counted", "/counting/counter"), (read.Id, read.Type, read.Source));
        Assert.Equal("no trace, but \"quotes\" and \\", read.TraceParent);
        Assert.Equal("request-1", JsonDocument.Parse(row.Headers).RootElement.GetProperty("ce_causationid").GetString());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("no json")]
    [InlineData("""{"ce_id":"no id","ce_type":"Counted"}""")]
    public void A_record_without_an_envelope_is_unreadable(string headers) =>
        Assert.NotNull(ReceivedEvent.Read(0, 0, 1, headers, "{}").Unreadable);
}
