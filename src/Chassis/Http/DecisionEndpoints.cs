using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Http;

/// <summary>Commands on one item: its aggregate decides, and the decision becomes the answer.</summary>
public static class DecisionEndpoints
{
    /// <summary>POST of <c>/{path}/{id}/{action}</c>, an action: 200 with the item, 404 if it is not visible, or the decision's refusal.</summary>
    /// <param name="routes">The service's routes.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="action">The name of the action, such as <c>acceptance</c>.</param>
    /// <param name="decide">The aggregate's decision. It is made once for a request with an <c>Idempotency-Key</c>.</param>
    /// <param name="get">The pattern of a document's GET that does the same (<see cref="UnsafeGets.ActsByGet"/>).</param>
    /// <typeparam name="TAggregate">The aggregate of the item.</typeparam>
    /// <typeparam name="TView">The fields of the resource.</typeparam>
    /// <typeparam name="TFields">The fields of the request.</typeparam>
    public static void MapAction<TAggregate, TView, TFields>(
        this IEndpointRouteBuilder routes,
        Resource<TAggregate, TView> resource,
        string action,
        Func<TAggregate, TFields, Decision> decide,
        string? get = null
    )
        where TAggregate : Aggregate
        where TFields : class
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(resource);
        var databases = routes.ServiceProvider.GetRequiredService<IDbContextFactory<DbContext>>();
        var items = new ItemReader<TAggregate, TView>(resource, databases, resource.Key!);
        routes.MapPost($"{ItemOf(resource)}/{action}", ActAsync).Answers<TView>(200, 404, 409);
        if (get is not null)
            routes.MapGet(get, ActAsync).ActsByGet().Answers<TView>(200, 403, 404, 409);

        async Task<IResult> ActAsync(BoundRequest<TFields> request, HttpContext http, Repository<TAggregate> aggregates)
        {
            if (request.Problem is { } refused)
                return refused;
            if (await items.FindAsync(IdIn(http, resource)) is not { } present)
                return Problems.NotFound();
            var context = RequestContext.Of<TAggregate>(http, resource.Ok);
            var decided = await aggregates.DecideAsync(present, a => decide(a, request.Fields), context);
            return decided.Refusal?.AsProblem() ?? resource.Ok(decided.State);
        }
    }

    /// <summary>DELETE of <c>/{path}/{id}</c>; the id is the saga's key. 204, or the decision's refusal. Honours If-Match.</summary>
    /// <param name="routes">The service's routes.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="decide">The aggregate's decision, also for a saga that the service has not met yet.</param>
    public static void MapDelete<TAggregate, TView>(
        this IEndpointRouteBuilder routes,
        Resource<TAggregate, TView> resource,
        Func<TAggregate, Decision> decide
    )
        where TAggregate : Aggregate
    {
        ArgumentNullException.ThrowIfNull(resource);
        routes.MapDelete(ItemOf(resource), DeleteAsync).AnswersNothing(404, 409, 412);

        Task<IResult> DeleteAsync(HttpContext http, Repository<TAggregate> aggregates) =>
            DecideAsync(IdIn(http, resource), http, aggregates, decide);
    }

    /// <summary>The same with fields, usually of the query.</summary>
    /// <inheritdoc cref="MapDelete{TAggregate, TView}"/>
    /// <typeparam name="TAggregate">The aggregate of the item.</typeparam>
    /// <typeparam name="TView">The fields of the resource.</typeparam>
    /// <typeparam name="TFields">The fields of the request.</typeparam>
    public static void MapDelete<TAggregate, TView, TFields>(
        this IEndpointRouteBuilder routes,
        Resource<TAggregate, TView> resource,
        Func<TAggregate, TFields, Decision> decide
    )
        where TAggregate : Aggregate
        where TFields : class
    {
        ArgumentNullException.ThrowIfNull(resource);
        routes.MapDelete(ItemOf(resource), DeleteAsync).AnswersNothing(404, 409, 412);

        async Task<IResult> DeleteAsync(BoundRequest<TFields> request, HttpContext http, Repository<TAggregate> aggregates) =>
            request.Problem ?? await DecideAsync(IdIn(http, resource), http, aggregates, a => decide(a, request.Fields));
    }

    private static async Task<IResult> DecideAsync<TAggregate>(
        long id,
        HttpContext http,
        Repository<TAggregate> aggregates,
        Func<TAggregate, Decision> decide
    )
        where TAggregate : Aggregate
    {
        var decided = await aggregates.DecideAsync(id, a => decide(a).IfMatch(http, a), RequestContext.Repeatable(http));
        return (IResult?)decided.Refusal?.AsProblem() ?? Results.NoContent();
    }

    // The parameter has the id's name in JSON.
    private static string ItemOf<TAggregate, TView>(Resource<TAggregate, TView> resource)
        where TAggregate : Aggregate => $"/{resource.Path}/{{{resource.KeyName}:{IdRouteConstraint.Name}}}";

    private static long IdIn<TAggregate, TView>(HttpContext http, Resource<TAggregate, TView> resource)
        where TAggregate : Aggregate => IdRouteConstraint.TryRead(http.Request.RouteValues, resource.KeyName, out var id) ? id : 0;
}
