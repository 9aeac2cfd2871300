using System.Linq.Expressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Http;

/// <summary>The reads of every resource.</summary>
public static class ReadEndpoints
{
    /// <summary>
    /// GET and HEAD of <c>/{path}</c> and <c>/{path}/{id}</c>, by the REST conventions. Contexts come from the registered
    /// <see cref="IDbContextFactory{TContext}"/>.
    /// </summary>
    public static void MapReads<TEntity, TView>(this IEndpointRouteBuilder routes, Resource<TEntity, TView> resource)
        where TEntity : class
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(resource);
        var databases = routes.ServiceProvider.GetRequiredService<IDbContextFactory<DbContext>>();
        RequestDelegate collection = new CollectionReader<TEntity, TView>(resource, databases).ReadAsync;
        RequestDelegate item = new ItemReader<TEntity, TView>(resource, databases, resource.Key!).ReadAsync;
        var parameters = resource.Filters.Concat(["page", "size", "sort"]);

        routes.MapRead($"/{resource.Path}", collection).AnswersCollection<TView>(resource.EmbeddedName, [.. parameters]);
        routes.MapRead($"/{resource.Path}/{{id:{IdRouteConstraint.Name}}}", item).Answers<TView>(200, 304, 404);
    }

    /// <summary>The same for rows that are not stored but configured, such as a price list. Their key is a text.</summary>
    /// <param name="routes">The service's routes.</param>
    /// <param name="resource">The resource, with a text key.</param>
    /// <param name="announced">Returns the current rows.</param>
    public static void MapReads<TRow, TView>(
        this IEndpointRouteBuilder routes,
        Resource<TRow, TView> resource,
        Func<IReadOnlyCollection<TRow>> announced
    )
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(resource);
        var reader = new ConfiguredReader<TRow, TView>(resource, announced);
        var parameters = resource.Filters.Concat(["page", "size", "sort"]);
        RequestDelegate collection = reader.ReadAllAsync;
        RequestDelegate item = reader.ReadAsync;

        routes.MapRead($"/{resource.Path}", collection).AnswersCollection<TView>(resource.EmbeddedName, [.. parameters]);
        routes.MapRead($"/{resource.Path}/{{name}}", item).KeyedByText().Answers<TView>(200, 404);
    }

    /// <summary>GET and HEAD of a search for one item, or 404: <c>/schedule/search/findByConsultId?consultId=1</c>.</summary>
    /// <param name="routes">The service's routes.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="path">The path below the collection, such as <c>search/findByConsultId</c>.</param>
    /// <param name="parameter">The query parameter: an id, a whole number from 1.</param>
    /// <param name="by">The property that it is compared with, unique and indexed.</param>
    public static void MapSearch<TEntity, TView>(
        this IEndpointRouteBuilder routes,
        Resource<TEntity, TView> resource,
        string path,
        string parameter,
        Expression<Func<TEntity, long>> by
    )
        where TEntity : class
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(resource);
        var reader = new ItemReader<TEntity, TView>(
            resource,
            routes.ServiceProvider.GetRequiredService<IDbContextFactory<DbContext>>(),
            by
        );
        RequestDelegate search = http => reader.SearchAsync(http, parameter);
        routes.MapRead($"/{resource.Path}/{path}", search).AskedBy(parameter).Answers<TView>(200, 304, 400, 404);
    }

    /// <summary>GET, and HEAD with the same answer but no body. The service writes the answer itself.</summary>
    public static IEndpointConventionBuilder MapRead(this IEndpointRouteBuilder routes, string pattern, RequestDelegate read)
    {
        ArgumentNullException.ThrowIfNull(read);
        routes.MapMethods(pattern, [HttpMethods.Head], read);
        // The API description needs the method behind an endpoint, which a RequestDelegate alone does not show.
        return routes.MapMethods(pattern, [HttpMethods.Get], read).WithMetadata(read.Method);
    }

    /// <summary>The same for a handler whose parameters are bound by ASP.NET Core.</summary>
    public static RouteHandlerBuilder MapRead(this IEndpointRouteBuilder routes, string pattern, Delegate read)
    {
        routes.MapMethods(pattern, [HttpMethods.Head], read).ExcludeFromDescription();
        return routes.MapMethods(pattern, [HttpMethods.Get], read);
    }
}
