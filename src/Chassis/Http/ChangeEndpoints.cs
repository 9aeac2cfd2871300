using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Http;

/// <summary>PATCH of an item whose state a person changes: one field names the new state, other fields carry its data.</summary>
public static class ChangeEndpoints
{
    /// <summary>PATCH of <c>/{path}/{id}</c>, a merge patch (RFC 7396). An unknown item gets 404, another word or a change of another field 400. Otherwise the
    /// aggregate decides. All fields change together, or none.</summary>
    /// <param name="routes">The service's routes.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="field">The field that names the state, such as <c>status</c>. Without it, the item does not change.</param>
    /// <param name="changes">The allowed changes.</param>
    public static void MapChange<TAggregate, TView>(
        this IEndpointRouteBuilder routes,
        Resource<TAggregate, TView> resource,
        string field,
        params Change<TAggregate>[] changes
    )
        where TAggregate : Aggregate
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(resource);
        var databases = routes.ServiceProvider.GetRequiredService<IDbContextFactory<DbContext>>();
        var items = new ItemReader<TAggregate, TView>(resource, databases, resource.Key!);
        string[] words = [.. changes.Select(change => change.Word)];
        var named = changes.ToDictionary(
            change => change.Word,
            change => (Change: change, MayChange: (string[])[field, .. change.Data?.Fields.Select(sent => sent.Name) ?? []])
        );
        string[] noneNamed = [field];
        routes
            .MapPatch($"/{resource.Path}/{{id:{IdRouteConstraint.Name}}}", ChangeAsync)
            .Changes(field, words, [.. changes.Select(change => change.Data).OfType<EndpointDescription.Taken>()])
            .Answers<TView>(200, 400, 404, 408, 409, 412, 413, 415);

        async Task<IResult> ChangeAsync(long id, HttpContext http, Repository<TAggregate> aggregates)
        {
            var fields = await RequestFields.ReadAsync(http);
            if (fields.Problem is { } unreadable)
                return unreadable;
            if (await items.FindAsync(id) is not { } present)
                return Problems.NotFound();
            var word = fields.OptionalOneOf(field, words);
            var (change, mayChange) = word is null ? (null, noneNamed) : named[word];
            var decide = change?.Bind(fields);
            resource.OnlyMayChange(fields, present, mayChange);
            if (fields.Problem is { } refused)
                return refused;
            if (decide is null)
                return resource.Ok(present);
            var decided = await aggregates.DecideAsync(present, a => decide(a).IfMatch(http, a), RequestContext.Repeatable(http));
            return decided.Refusal?.AsProblem() ?? resource.Ok(decided.State);
        }
    }
}
