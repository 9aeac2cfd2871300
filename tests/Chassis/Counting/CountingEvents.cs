using System.Text.Json;
using System.Text.Json.Serialization;
using Mannam.Abstractions;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>The counter was raised by one, to this number.</summary>
public sealed record Counted(long Id, long Number, string By) : IEvent;

/// <summary>The ledger has stored this number.</summary>
public sealed record Entered(long Id, long Number) : IEvent;

/// <summary>The answer to a question about a number.</summary>
public sealed record Answered(long Id, long Number, bool Accepted) : IEvent;

/// <summary>A scheduled message of the counter.</summary>
public sealed record Reminder(long Id, string Text) : IScheduledMessage;

[JsonSerializable(typeof(Counted))]
[JsonSerializable(typeof(Entered))]
[JsonSerializable(typeof(Answered))]
[JsonSerializable(typeof(Reminder))]
internal sealed partial class CountingEvents : JsonSerializerContext
{
    public static CountingEvents Language { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web));
}
