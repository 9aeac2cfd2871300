using System.Diagnostics;
using Mannam.Chassis.Idempotency;
using Mannam.Chassis.Storage;
using Microsoft.AspNetCore.Http;

namespace Mannam.Chassis.Messaging;

/// <summary>What a decision follows from: the request or event that led to it, and the trace both belong to.</summary>
/// <param name="CausationId">The id of the event (<c>ce_id</c>) or of the request; becomes <c>ce_causationid</c>.</param>
/// <param name="TraceParent">W3C Trace Context of the cause; becomes <c>ce_traceparent</c>.</param>
public readonly record struct MessageContext(string CausationId, string TraceParent)
{
    /// <summary>The <c>Idempotency-Key</c> that the first decision records; null where there is none.</summary>
    internal IdempotentRequest? Key { get; private init; }

    /// <summary>The header by which a service that calls another tells the request it acts for: what both do by it has one cause.</summary>
    public const string RequestIdHeader = "X-Request-Id";

    /// <summary>The service itself, as time has passed.</summary>
    public static MessageContext Internal() => new(Guid.CreateVersion7().ToString(), NewTrace());

    /// <summary>A request whose command may be given twice: joins the trace under way, or begins one. Its <c>Idempotency-Key</c>, if it has one, is
    /// remembered with its answer alone.</summary>
    public static MessageContext Repeatable(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return Of(http, Guid.TryParse(http.Request.Headers[RequestIdHeader], out var caller) ? caller : Guid.CreateVersion7());
    }

    /// <summary>A request that must come about once: its <c>Idempotency-Key</c> is recorded in the transaction of its first decision. When it decides
    /// again before it is answered, its endpoint says how it is recalled (<see cref="IdempotencyReplay.ReplaysBy{TDb, TAggregate}"/>).</summary>
    public static MessageContext Request(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var key = http.Features.Get<IdempotentRequest>();
        return (key is null ? Repeatable(http) : Of(http, key.Request)) with { Key = key };
    }

    /// <summary>A request that decides once: its <c>Idempotency-Key</c> and its answer are recorded in the transaction of its decision.</summary>
    /// <param name="http">The request.</param>
    /// <param name="answer">The answer when something happens by the decision, of the aggregate as it is afterwards.</param>
    public static MessageContext Request<TAggregate>(HttpContext http, Func<TAggregate, IResult> answer)
        where TAggregate : Aggregate
    {
        var context = Request(http);
        context.Key?.AnsweredBy(decided => answer((TAggregate)decided).Keep(http));
        return context;
    }

    private static MessageContext Of(HttpContext http, Guid id)
    {
        var trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C } current
            ? TraceOf(current)
            : http.Request.Headers.TraceParent.ToString();
        return new MessageContext(id.ToString(), ActivityContext.TryParse(trace, null, out _) ? trace! : NewTrace());
    }

    // An activity that begins here without a listener was not sampled by anybody: a later service may still record the trace.
    private static string TraceOf(Activity current) =>
        current is { ParentId: null, Source.Name: "" }
            ? $"00-{current.TraceId.ToHexString()}-{current.SpanId.ToHexString()}-01"
            : current.Id!;

    // Sampled: with parent-based sampling, later services record a trace only if its beginner did.
    private static string NewTrace() =>
        $"00-{ActivityTraceId.CreateRandom().ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-01";
}
