using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Chassis.Http;

/// <summary>The reads that every resource answers.</summary>
public static class Reads
{
    /// <summary>
    /// GET and HEAD of <c>/{path}</c> and <c>/{path}/{id}</c>, as the REST conventions have it. Contexts come from the registered
    /// <see cref="IDbContextFactory{TContext}"/>.
    /// </summary>
    public static void MapReads<TDb, TEntity, TView>(this IEndpointRouteBuilder routes, Resource<TEntity, TView> resource)
        where TDb : DbContext
        where TEntity : class
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(resource);
        var databases = routes.ServiceProvider.GetRequiredService<IDbContextFactory<TDb>>();
        RequestDelegate collection = new CollectionReader<TDb, TEntity, TView>(resource, databases).ReadAsync;
        RequestDelegate item = new ItemReader<TDb, TEntity, TView>(resource, databases).ReadAsync;
        var parameters = resource.Filters.Concat(["page", "size", "sort"]);

        routes.MapRead($"/{resource.Path}", collection).AnswersCollection<TView>(resource.EmbeddedName, [.. parameters]);
        routes.MapRead($"/{resource.Path}/{{id:{IdConstraint.Name}}}", item).Answers<TView>(200, 304, 404);
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
