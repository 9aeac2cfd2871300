using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Http;

/// <summary>PATCH of an item whose state a person changes by the one field that names it.</summary>
public static class ChangeEndpoints
{
    /// <summary>PATCH of <c>/{path}/{id}</c>: unknown is 404, another word or another field's change 400, then the aggregate decides.</summary>
    /// <param name="routes">Of the service.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="field">The field that may change, such as <c>status</c>. Sent without it, the item stays as it is.</param>
    /// <param name="decide">What becomes of the word sent.</param>
    /// <param name="words">The words that may be sent.</param>
    public static void MapChange<TDb, TAggregate, TView>(
        this IEndpointRouteBuilder routes,
        Resource<TAggregate, TView> resource,
        string field,
        Func<TAggregate, string, Decision> decide,
        params string[] words
    )
        where TDb : DbContext
        where TAggregate : Aggregate
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(resource);
        var databases = routes.ServiceProvider.GetRequiredService<IDbContextFactory<TDb>>();
        var items = new ItemReader<TDb, TAggregate, TView>(resource, databases, resource.Key!);
        routes
            .MapPatch($"/{resource.Path}/{{id:{IdRouteConstraint.Name}}}", ChangeAsync)
            .Changes(field, words)
            .Answers<TView>(200, 400, 404, 408, 409, 412, 413, 415);

        async Task<IResult> ChangeAsync(long id, HttpContext http, Repository<TAggregate> aggregates)
        {
            var fields = await RequestFields.ReadAsync(http);
            if (fields.Problem is { } unreadable)
                return unreadable;
            if (await items.FindAsync(id) is not { } present)
                return Problems.NotFound();
            var word = fields.OptionalOneOf(field, words);
            resource.OnlyMayChange(fields, present, field);
            if (fields.Problem is { } refused)
                return refused;
            if (word is null)
                return resource.Ok(present);
            var decided = await aggregates.DecideAsync(present, a => decide(a, word).IfMatch(http, a), RequestContext.Repeatable(http));
            return decided.Refusal?.AsProblem() ?? resource.Ok(decided.State);
        }
    }
}
