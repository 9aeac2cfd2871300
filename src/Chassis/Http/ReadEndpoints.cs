using System.Linq.Expressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Http;

/// <summary>The reads that every resource answers.</summary>
public static class ReadEndpoints
{
    /// <summary>
    /// GET and HEAD of <c>/{path}</c> and <c>/{path}/{id}</c>, as the REST conventions have it. Contexts come from the registered
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

    /// <summary>The same of what is not stored but announced, such as a price list in the configuration: its key is a text.</summary>
    /// <param name="routes">Of the service.</param>
    /// <param name="resource">The resource, with a text for a key.</param>
    /// <param name="announced">The rows as they are now.</param>
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

    /// <summary>GET and HEAD of a search that gives the one item, or 404: <c>/schedule/search/findByConsultId?consultId=1</c>.</summary>
    /// <param name="routes">Of the service.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="path">Below the collection, such as <c>search/findByConsultId</c>.</param>
    /// <param name="parameter">What is asked by: an id, a whole number from 1.</param>
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

    /// <summary>GET, and HEAD with the same answer and no body, of a path whose answer the service writes itself.</summary>
    public static IEndpointConventionBuilder MapRead(this IEndpointRouteBuilder routes, string pattern, RequestDelegate read)
    {
        ArgumentNullException.ThrowIfNull(read);
        routes.MapMethods(pattern, [HttpMethods.Head], read);
        // The API description looks for the method behind an endpoint, which a RequestDelegate does not tell by itself.
        return routes.MapMethods(pattern, [HttpMethods.Get], read).WithMetadata(read.Method);
    }

    /// <summary>The same for a handler whose parameters are bound by ASP.NET Core.</summary>
    public static RouteHandlerBuilder MapRead(this IEndpointRouteBuilder routes, string pattern, Delegate read)
    {
        routes.MapMethods(pattern, [HttpMethods.Head], read).ExcludeFromDescription();
        return routes.MapMethods(pattern, [HttpMethods.Get], read);
    }
}
