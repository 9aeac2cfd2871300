using System.Diagnostics;

namespace Mannam.Abstractions;

/// <summary>The cause of a decision: the request or event that led to it, and their trace.</summary>
/// <param name="CausationId">The id of the event (<c>ce_id</c>) or of the request. It becomes <c>ce_causationid</c>.</param>
/// <param name="TraceParent">The trace parent (W3C Trace Context). It becomes <c>ce_traceparent</c>.</param>
public readonly record struct MessageContext(string CausationId, string TraceParent)
{
    /// <summary>The header with the id of the original request. A calling service sends it, so decisions of both services have the same cause.</summary>
    public const string RequestIdHeader = "X-Request-Id";

    /// <summary>The request's idempotency key, which the first decision records; null if there is none.</summary>
    public IIdempotencyKey? IdempotencyKey { get; init; }

    /// <summary>The context of work that a service starts itself, such as a sweep.</summary>
    public static MessageContext Internal() => new(Guid.CreateVersion7().ToString(), NewTraceParent());

    /// <summary>A new trace, marked as sampled. Services follow the sampling decision of the trace's origin (parent-based sampling), so an unsampled
    /// trace would never be recorded.</summary>
    public static string NewTraceParent() =>
        $"00-{ActivityTraceId.CreateRandom().ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-01";
}

/// <summary>The idempotency key of a running request. Messaging records it in the transaction of the request's first decision.</summary>
#pragma warning disable CA1040 // a marker: its meaning belongs to messaging
public interface IIdempotencyKey;
#pragma warning restore CA1040
