using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Http;

/// <summary>GET of a collection: one page of it, or all rows if the resource says so.</summary>
internal sealed class CollectionReader<TEntity, TView>(Resource<TEntity, TView> resource, IDbContextFactory<DbContext> databases)
    where TEntity : class
{
    private readonly RowCount<TEntity> _count = new();

    public async Task ReadAsync(HttpContext http)
    {
        var query = CollectionQuery<TEntity>.Read(http.Request, resource.Filters, resource.Sorts, resource.KeyName);
        if (query.Errors is { } errors)
        {
            await Problems.BadRequest(errors).ExecuteAsync(http);
            return;
        }
        await (await LoadAsync(query)).SendAsync(http, resource, query);
    }

    private async Task<CollectionPage<TEntity>> LoadAsync(CollectionQuery<TEntity> query)
    {
        await using var db = await databases.CreateDbContextAsync();
        var rows = query.Where(Visible(db));
        var sorted = resource.Sorts.Apply(rows, resource.Key!, query.SortField, query.Descending);
        if (resource.AllRowsInOneAnswer && !query.IsPaged)
            return CollectionPage<TEntity>.Whole(await sorted.ToListAsync());
        // A store that counts rows in 32 bits has no rows beyond that.
        var offset = query.Page > int.MaxValue / query.Size ? int.MaxValue : (int)query.Page * query.Size;
        // One more row than requested shows whether there is a next page, and usually saves the count.
        var loaded = offset == int.MaxValue ? [] : await sorted.Skip(offset).Take(query.Size + 1).ToListAsync();
        var hasMore = loaded.Count > query.Size;
        if (hasMore)
            loaded.RemoveAt(query.Size);
        var isLast = !hasMore && (loaded.Count > 0 || offset == 0);
        var atLeast = loaded.Count == 0 ? 0 : (long)offset + loaded.Count + (hasMore ? 1 : 0);
        var total = isLast ? offset + loaded.Count : await _count.OfAsync(db, rows, query.IsFiltered, atLeast);
        return new(loaded, query.Page, query.Size, total, hasMore);
    }

    private IQueryable<TEntity> Visible(DbContext db)
    {
        var rows = db.Set<TEntity>().AsNoTracking();
        return resource.Visible is { } visible ? rows.Where(visible) : rows;
    }
}
