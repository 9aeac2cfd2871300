using System.Globalization;
using System.Linq.Expressions;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Chassis.Http;

/// <summary>GET of one item: one compiled query, one write.</summary>
/// <param name="resource">The resource.</param>
/// <param name="databases">Where it is stored.</param>
/// <param name="by">What it is found by: its key, or something else that no two rows share.</param>
internal sealed class ItemReader<TDb, TEntity, TView>(
    Resource<TEntity, TView> resource,
    IDbContextFactory<TDb> databases,
    Expression<Func<TEntity, long>> by
)
    where TDb : DbContext
    where TEntity : class
{
    private readonly Func<TDb, long, Task<TEntity?>> _find = Compile(resource, by);

    public Task ReadAsync(HttpContext http) => ReadAsync(http, IdConstraint.TryRead(http.Request.RouteValues, "id", out var id) ? id : 0);

    /// <summary>The same, where the query tells what it is found by.</summary>
    public Task SearchAsync(HttpContext http, string parameter) =>
        http.Request.Query[parameter] is [.., var text]
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        && id > 0
            ? ReadAsync(http, id)
            : Problems.BadRequest(parameter, $"{parameter} must be a whole number from 1.").ExecuteAsync(http);

    private async Task ReadAsync(HttpContext http, long id)
    {
        if (await FindAsync(id) is not { } entity)
        {
            await Problems.NotFound().ExecuteAsync(http);
            return;
        }
        if (resource.Version is { } version && Preconditions.IsKnown(http, Preconditions.Tag(version(entity))))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            http.Response.Headers.ETag = Preconditions.Tag(version(entity));
            http.Response.Headers.Vary = "Accept";
            return;
        }
        await ItemResult<TEntity, TView>.SendAsync(http, resource, entity);
    }

    /// <summary>The item, if it is there to be seen. The context goes back to its pool before the answer is written: a slow client must not hold a connection.</summary>
    public async Task<TEntity?> FindAsync(long id)
    {
        await using var db = await databases.CreateDbContextAsync();
        return await _find(db, id);
    }

    // (db, id) => db.Set<TEntity>().AsNoTracking().Where(Visible).FirstOrDefault(row => Key(row) == id)
    private static Func<TDb, long, Task<TEntity?>> Compile(Resource<TEntity, TView> resource, Expression<Func<TEntity, long>> by)
    {
        var db = Expression.Parameter(typeof(TDb), "db");
        var id = Expression.Parameter(typeof(long), "id");
        Expression rows = Expression.Call(db, nameof(DbContext.Set), [typeof(TEntity)]);
        rows = Expression.Call(
            typeof(EntityFrameworkQueryableExtensions),
            nameof(EntityFrameworkQueryableExtensions.AsNoTracking),
            [typeof(TEntity)],
            rows
        );
        if (resource.Visible is { } visible)
        {
            rows = OnRows(nameof(Queryable.Where), rows, visible);
        }
        var isAsked = Expression.Lambda<Func<TEntity, bool>>(Expression.Equal(by.Body, id), by.Parameters);
        var first = OnRows(nameof(Queryable.FirstOrDefault), rows, isAsked);
        return EF.CompileAsyncQuery(Expression.Lambda<Func<TDb, long, TEntity?>>(first, db, id));
    }

    private static MethodCallExpression OnRows(string method, Expression rows, LambdaExpression predicate) =>
        Expression.Call(typeof(Queryable), method, [typeof(TEntity)], rows, Expression.Quote(predicate));
}
