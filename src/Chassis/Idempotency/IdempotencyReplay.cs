using Mannam.Chassis.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Chassis.Idempotency;

/// <summary>How it stands with a request that was recorded and never answered, told by its aggregate.</summary>
public enum RequestState
{
    /// <summary>Its outcome is not known: it runs somewhere, or what a crash left of it is not settled yet.</summary>
    Pending,

    /// <summary>It came about.</summary>
    Active,

    /// <summary>It was settled as never having come about.</summary>
    Ended,
}

/// <summary>What a POST says of its requests when their keys are used again.</summary>
public static class IdempotencyReplay
{
    /// <summary>A POST whose outcome is known only after its first commit tells here what became of a request whose process died.</summary>
    /// <remarks>Without it such a request counts as <see cref="RequestState.Pending"/> for as long as its key is honoured. A POST that decides once needs none
    /// when it records its answer with its decision (<see cref="Messaging.MessageContext.Request{TAggregate}"/>), or when its command may be given twice
    /// (<see cref="Messaging.MessageContext.Repeatable"/>).</remarks>
    /// <param name="endpoint">The POST.</param>
    /// <param name="standing">How it stands with the request.</param>
    /// <param name="answer">The answer for one that lives, of the aggregate as it is now.</param>
    public static IEndpointConventionBuilder ReplaysBy<TDb, TAggregate>(
        this IEndpointConventionBuilder endpoint,
        Func<TAggregate, RequestState> standing,
        Func<TAggregate, IResult> answer
    )
        where TDb : ServiceDb
        where TAggregate : Aggregate
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var recall = new Recall(
            async (http, saga) =>
            {
                var found = await http.RequestServices.GetRequiredService<Repository<TDb, TAggregate>>().FindAsync(saga);
                // The row was committed with the aggregate, so that one that is not there was removed on purpose.
                var stands = found is null ? RequestState.Ended : standing(found);
                return new(stands, stands == RequestState.Active ? answer(found!).Keep(http) : null);
            }
        );
        endpoint.Add(built => built.Metadata.Add(recall));
        return endpoint;
    }

    /// <summary>Writes an answer before it is sent.</summary>
    internal static StoredResponse Keep(this IResult answer, HttpContext http) =>
        answer is IStorableResult keepable
            ? keepable.Store(http)
            : throw new InvalidOperationException($"{answer.GetType().Name} cannot be kept");

    /// <summary>How it stands with the request that a key belongs to; open, where the endpoint does not tell.</summary>
    internal static async Task<ReplayState> RecallAsync(HttpContext http, long? saga) =>
        http.GetEndpoint()?.Metadata.GetMetadata<Recall>() is { } recall && saga is { } key
            ? await recall.Of(http, key)
            : new ReplayState(RequestState.Pending, null);

    private sealed record Recall(Func<HttpContext, long, Task<ReplayState>> Of);
}

/// <summary>How it stands with a request, and the answer for one that lives.</summary>
internal readonly record struct ReplayState(RequestState RequestState, StoredResponse? Answer);
