using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Http;

/// <summary>How an aggregate is made of a request.</summary>
/// <param name="request">What was sent. A rule that depends on more than the request is checked here, with <see cref="BoundRequest{TFields}.Reject"/>.</param>
/// <param name="settings">The service's settings, as they are now.</param>
/// <returns>Makes it, with an id that nobody else has. Not called where something is wrong with the request: no id is used up.</returns>
public delegate Func<long, TAggregate> Creation<TFields, out TAggregate>(BoundRequest<TFields> request, Settings settings)
    where TFields : class
    where TAggregate : Aggregate;

/// <summary>A command that begins a saga.</summary>
public static class CreateEndpoints
{
    /// <summary>POST of <c>/{path}</c>: 201 with the new item, or 400. Its id is the next of the service's sequence, and the saga's key.</summary>
    /// <param name="routes">Of the service.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="create">How the aggregate is made. It is made once for a request that carries an <c>Idempotency-Key</c>.</param>
    /// <param name="announced">What its creation raises.</param>
    /// <typeparam name="TAggregate">What the item is of.</typeparam>
    /// <typeparam name="TView">How it is shown.</typeparam>
    /// <typeparam name="TFields">What is sent.</typeparam>
    public static void MapCreate<TAggregate, TView, TFields>(
        this IEndpointRouteBuilder routes,
        Resource<TAggregate, TView> resource,
        Creation<TFields, TAggregate> create,
        Func<TAggregate, IMessage> announced
    )
        where TAggregate : Aggregate
        where TFields : class
    {
        ArgumentNullException.ThrowIfNull(resource);
        routes.MapPost($"/{resource.Path}", CreateAsync).Answers<TView>(201);

        async Task<IResult> CreateAsync(
            BoundRequest<TFields> request,
            HttpContext http,
            Repository<TAggregate> aggregates,
            IIdSequence ids,
            Settings settings
        )
        {
            var make = create(request, settings);
            if (request.Problem is { } refused)
                return refused;
            var aggregate = make(await ids.NextAsync());
            var context = RequestContext.Of<TAggregate>(http, resource.Created);
            var created = await aggregates.CreateAsync(aggregate, context, announced(aggregate));
            return created.Refusal?.AsProblem() ?? resource.Created(aggregate);
        }
    }
}
