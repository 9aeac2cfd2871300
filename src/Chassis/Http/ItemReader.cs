using System.Globalization;
using System.Linq.Expressions;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Http;

/// <summary>GET of one item by a compiled query. Concurrent requests share a round trip.</summary>
internal sealed class ItemReader<TEntity, TView>
    where TEntity : class
{
    // With one, a request that arrives just after a query began would wait for two queries.
    private const int AtOnce = 2;
    private readonly Resource<TEntity, TView> _resource;
    private readonly IDbContextFactory<DbContext> _databases;
    private readonly Func<DbContext, long[], IAsyncEnumerable<TEntity>> _find;
    private readonly Func<TEntity, long> _id;
    private readonly RequestBatcher<long, TEntity?> _items;

    /// <param name="resource">The resource.</param>
    /// <param name="databases">Its database.</param>
    /// <param name="by">The property to find it by: its key, or another unique one.</param>
    public ItemReader(Resource<TEntity, TView> resource, IDbContextFactory<DbContext> databases, Expression<Func<TEntity, long>> by)
    {
        (_resource, _databases) = (resource, databases);
        (_find, _id) = (Compile(resource, by), by.Compile());
        _items = new(FindAsync, AtOnce);
    }

    public Task ReadAsync(HttpContext http) =>
        ReadAsync(http, IdRouteConstraint.TryRead(http.Request.RouteValues, "id", out var id) ? id : 0);

    /// <summary>The same, with the value from a query parameter.</summary>
    public Task SearchAsync(HttpContext http, string parameter) =>
        http.Request.Query[parameter] is [.., var text]
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        && id > 0
            ? ReadAsync(http, id)
            : Problems.BadRequest(parameter, $"{parameter} must be a whole number from 1.").ExecuteAsync(http);

    private async Task ReadAsync(HttpContext http, long id)
    {
        if (await _items.AskAsync(id) is not { } entity)
        {
            await Problems.NotFound().ExecuteAsync(http);
            return;
        }
        if (_resource.Version is { } version && Preconditions.IsKnown(http, Preconditions.Tag(version(entity))))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            http.Response.Headers.ETag = Preconditions.Tag(version(entity));
            http.Response.Headers.Vary = "Accept";
            return;
        }
        await ItemResult<TEntity, TView>.SendAsync(http, _resource, entity);
    }

    /// <summary>The item if it is visible; a separate object, which the caller may change.</summary>
    public async Task<TEntity?> FindAsync(long id) => (await FindAsync([id]))[0];

    // The context returns to its pool before the answer is written: a slow client must not hold a connection. Shared items are only read.
    private async Task<IReadOnlyList<TEntity?>> FindAsync(IReadOnlyList<long> ids)
    {
        await using var db = await _databases.CreateDbContextAsync();
        var found = new Dictionary<long, TEntity>();
        await foreach (var item in _find(db, [.. ids.Distinct()]))
            found.Add(_id(item), item);
        return [.. ids.Select(found.GetValueOrDefault)];
    }

    // (db, ids) => db.Set<TEntity>().AsNoTracking().Where(Visible).Where(row => ids.Contains(Key(row)))
    private static Func<DbContext, long[], IAsyncEnumerable<TEntity>> Compile(
        Resource<TEntity, TView> resource,
        Expression<Func<TEntity, long>> by
    )
    {
        var db = Expression.Parameter(typeof(DbContext), "db");
        var ids = Expression.Parameter(typeof(long[]), "ids");
        Expression rows = Expression.Call(db, nameof(DbContext.Set), [typeof(TEntity)]);
        rows = Expression.Call(
            typeof(EntityFrameworkQueryableExtensions),
            nameof(EntityFrameworkQueryableExtensions.AsNoTracking),
            [typeof(TEntity)],
            rows
        );
        if (resource.Visible is { } visible)
            rows = Where(rows, visible);
        var contains = Expression.Call(typeof(Enumerable), nameof(Enumerable.Contains), [typeof(long)], ids, by.Body);
        rows = Where(rows, Expression.Lambda<Func<TEntity, bool>>(contains, by.Parameters));
        return EF.CompileAsyncQuery(Expression.Lambda<Func<DbContext, long[], IQueryable<TEntity>>>(rows, db, ids));
    }

    private static MethodCallExpression Where(Expression rows, LambdaExpression predicate) =>
        Expression.Call(typeof(Queryable), nameof(Queryable.Where), [typeof(TEntity)], rows, Expression.Quote(predicate));
}
