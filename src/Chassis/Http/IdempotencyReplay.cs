using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Http;

/// <summary>What a POST says of its requests when their keys are used again.</summary>
public static class IdempotencyReplay
{
    /// <summary>A POST whose outcome is known only after its first commit tells here what became of a request whose process died.</summary>
    /// <remarks>Without it such a request counts as <see cref="RequestState.Pending"/> for as long as its key is honoured. A POST that decides once needs none
    /// when it records its answer with its decision (<see cref="RequestContext.Of{TAggregate}"/>), or when its command may be given twice
    /// (<see cref="RequestContext.Repeatable"/>).</remarks>
    /// <param name="endpoint">The POST.</param>
    /// <param name="state">How it stands with the request.</param>
    /// <param name="answer">The answer for one that is active, of the aggregate as it is now.</param>
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
                // The row was committed with the aggregate, so that one that is not there was removed on purpose.
                var stands = found is null ? RequestState.Ended : state(found);
                return new(stands, stands == RequestState.Active ? answer(found!).ToStoredResponse(http) : null);
            }
        );
        endpoint.Add(built => built.Metadata.Add(recall));
        return endpoint;
    }

    /// <summary>How it stands with the request that a key belongs to; pending, where the endpoint does not tell.</summary>
    internal static async Task<ReplayState> RecallAsync(HttpContext http, long? saga) =>
        http.GetEndpoint()?.Metadata.GetMetadata<Recall>() is { } recall && saga is { } key
            ? await recall.Of(http, key)
            : new ReplayState(RequestState.Pending, null);

    private sealed record Recall(Func<HttpContext, long, Task<ReplayState>> Of);
}

/// <summary>How it stands with a request, and the answer for one that is active.</summary>
internal readonly record struct ReplayState(RequestState State, StoredResponse? Answer);
