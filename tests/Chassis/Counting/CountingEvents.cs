using System.Text.Json;
using System.Text.Json.Serialization;
using Mannam.Abstractions;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>The counter was raised by one, to this number.</summary>
public sealed record Counted(long Id, long Number, string By) : IEvent;

/// <summary>The ledger has this number now.</summary>
public sealed record Entered(long Id, long Number) : IEvent;

/// <summary>Somebody was asked about a number, and answered.</summary>
public sealed record Answered(long Id, long Number, bool Accepted) : IEvent;

/// <summary>The counter owes somebody a word.</summary>
public sealed record Reminder(long Id, string Text) : IScheduledMessage;

[JsonSerializable(typeof(Counted))]
[JsonSerializable(typeof(Entered))]
[JsonSerializable(typeof(Answered))]
[JsonSerializable(typeof(Reminder))]
internal sealed partial class CountingEvents : JsonSerializerContext
{
    public static CountingEvents Language { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web));
}
