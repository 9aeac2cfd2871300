using System.Diagnostics;

namespace Mannam.Abstractions;

/// <summary>What a decision follows from: the request or event that led to it, and the trace that both belong to.</summary>
/// <param name="CausationId">The id of the event (<c>ce_id</c>) or of the request. It becomes <c>ce_causationid</c>.</param>
/// <param name="TraceParent">W3C Trace Context. It becomes <c>ce_traceparent</c>.</param>
public readonly record struct MessageContext(string CausationId, string TraceParent)
{
    /// <summary>The header by which a service that calls another one tells the request it acts for: what both decide then has one cause.</summary>
    public const string RequestIdHeader = "X-Request-Id";

    /// <summary>The request's idempotency key, which the first decision records; null where there is none.</summary>
    public IIdempotencyKey? IdempotencyKey { get; init; }

    /// <summary>The context of what the service does by itself, when time has passed.</summary>
    public static MessageContext Internal() => new(Guid.CreateVersion7().ToString(), NewTraceParent());

    /// <summary>A new trace, marked as sampled. Services sample by the decision of whoever began the trace (parent-based sampling), so an unsampled
    /// one would never be recorded.</summary>
    public static string NewTraceParent() =>
        $"00-{ActivityTraceId.CreateRandom().ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-01";
}

/// <summary>The idempotency key of a request that runs. Messaging records it in the transaction of the request's first decision.</summary>
#pragma warning disable CA1040 // a marker: its meaning belongs to messaging
public interface IIdempotencyKey;
#pragma warning restore CA1040
