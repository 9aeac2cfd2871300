using System.Diagnostics;

namespace Mannam.Chassis.Messaging;

/// <summary>What a decision follows from: the request or event that led to it, and the trace both belong to.</summary>
/// <param name="Id">The id of the event (<c>ce_id</c>) or of the request; becomes <c>ce_causationid</c>.</param>
/// <param name="TraceParent">W3C Trace Context of the cause; becomes <c>ce_traceparent</c>.</param>
public readonly record struct Cause(string Id, string TraceParent)
{
    /// <summary>A request from outside: joins the trace under way, or begins one.</summary>
    public static Cause Request()
    {
        var current = Activity.Current;
        return new Cause(
            Guid.CreateVersion7().ToString(),
            current?.IdFormat == ActivityIdFormat.W3C
                ? current.Id!
                : $"00-{ActivityTraceId.CreateRandom().ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-00"
        );
    }
}
