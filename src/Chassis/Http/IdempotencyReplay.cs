using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Http;

/// <summary>How a POST is answered when a key is used again.</summary>
public static class IdempotencyReplay
{
    /// <summary>For a POST whose outcome is known only after its first commit: declares the outcome of a request whose process died.</summary>
    /// <remarks>Without it such a request counts as <see cref="RequestState.Pending"/> for as long as its key is honoured. A POST that decides once does not
    /// need it, if it stores its answer with its decision (<see cref="RequestContext.Of{TAggregate}"/>), or if its command may be repeated
    /// (<see cref="RequestContext.Repeatable"/>).</remarks>
    /// <param name="endpoint">The POST.</param>
    /// <param name="state">The state of the request.</param>
    /// <param name="answer">The answer for an active request, from the current aggregate.</param>
    public static IEndpointConventionBuilder ReplaysBy<TAggregate>(
        this IEndpointConventionBuilder endpoint,
        Func<TAggregate, RequestState> state,
        Func<TAggregate, IResult> answer
    )
        where TAggregate : Aggregate
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var recall = new Recall(
            async (http, saga) =>
            {
                var found = await http.RequestServices.GetRequiredService<Repository<TAggregate>>().FindAsync(saga);
                // The record was committed together with the aggregate, so a missing aggregate was removed on purpose.
                var stands = found is null ? RequestState.Ended : state(found);
                return new(stands, stands == RequestState.Active ? answer(found!).ToStoredResponse(http) : null);
            }
        );
        endpoint.Add(built => built.Metadata.Add(recall));
        return endpoint;
    }

    /// <summary>The state of the request that a key belongs to; pending if the endpoint does not declare it.</summary>
    internal static async Task<ReplayState> RecallAsync(HttpContext http, long? saga) =>
        http.GetEndpoint()?.Metadata.GetMetadata<Recall>() is { } recall && saga is { } key
            ? await recall.Of(http, key)
            : new ReplayState(RequestState.Pending, null);

    private sealed record Recall(Func<HttpContext, long, Task<ReplayState>> Of);
}

/// <summary>The state of a request, and the answer if it is active.</summary>
internal readonly record struct ReplayState(RequestState State, StoredResponse? Answer);
