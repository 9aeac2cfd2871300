using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>The message context of a request: the cause of its decisions.</summary>
public static class RequestContext
{
    /// <summary>A request whose command may be repeated. It joins the current trace, or begins one. Its <c>Idempotency-Key</c>, if it has one, is stored only
    /// with its answer.</summary>
    public static MessageContext Repeatable(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return Of(
            http,
            Guid.TryParse(http.Request.Headers[MessageContext.RequestIdHeader], out var caller) ? caller : Guid.CreateVersion7()
        );
    }

    /// <summary>A request that must happen once: its <c>Idempotency-Key</c> is stored in the transaction of its first decision. If it decides again before it
    /// is answered, its endpoint declares the replay (<see cref="IdempotencyReplay.ReplaysBy{TAggregate}"/>).</summary>
    public static MessageContext Of(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.Features.Get<IdempotentRequest>() is { } request
            ? Of(http, request.Request) with
            {
                IdempotencyKey = request,
            }
            : Repeatable(http);
    }

    /// <summary>A request that decides once: its <c>Idempotency-Key</c> and its answer are stored in the transaction of its decision.</summary>
    /// <param name="http">The request.</param>
    /// <param name="answer">The answer if the decision changed something, from the aggregate afterwards.</param>
    public static MessageContext Of<TAggregate>(HttpContext http, Func<TAggregate, IResult> answer)
        where TAggregate : Aggregate
    {
        var context = Of(http);
        context.Request()?.AnsweredBy(decided => answer((TAggregate)decided).ToStoredResponse(http));
        return context;
    }

    private static MessageContext Of(HttpContext http, Guid id)
    {
        var trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C } current
            ? TraceOf(current)
            : http.Request.Headers.TraceParent.ToString();
        return new MessageContext(id.ToString(), ActivityContext.TryParse(trace, null, out _) ? trace! : MessageContext.NewTraceParent());
    }

    // A trace that begins in this process without a listener has no sampling decision yet: a later service may still record it.
    private static string TraceOf(Activity current) =>
        BeginsUnheard(current) ? $"00-{current.TraceId.ToHexString()}-{current.SpanId.ToHexString()}-01" : current.Id!;

    // The host's activity is the parent of the service's.
    private static bool BeginsUnheard(Activity activity)
    {
        while (activity is { Parent: { } parent, Source.Name: "" })
            activity = parent;
        return activity is { ParentId: null, Source.Name: "" };
    }
}
