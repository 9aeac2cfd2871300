using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>GET of rows that are not stored but configured: the collection (with the same parameters as stored rows) and its items.</summary>
internal sealed class ConfiguredReader<TRow, TView>(Resource<TRow, TView> resource, Func<IReadOnlyCollection<TRow>> announced)
    where TRow : class
{
    public Task ReadAllAsync(HttpContext http)
    {
        var query = CollectionQuery<TRow>.Read(http.Request, resource.Filters, resource.Sorts, resource.KeyName);
        return query.Errors is { } errors ? Problems.BadRequest(errors).ExecuteAsync(http) : PageOf(query).SendAsync(http, resource, query);
    }

    public Task ReadAsync(HttpContext http)
    {
        var name = (string?)http.Request.RouteValues["name"];
        return announced().FirstOrDefault(row => UnicodeText.AreEqual(resource.TextOf!(row), name)) is { } row
            ? ItemResult<TRow, TView>.SendAsync(http, resource, row)
            : Problems.NotFound().ExecuteAsync(http);
    }

    private CollectionPage<TRow> PageOf(CollectionQuery<TRow> query)
    {
        var byName = announced().OrderBy(resource.TextOf!, StringComparer.Ordinal).AsQueryable();
        List<TRow> rows = [.. resource.Sorts.Apply(query.Where(byName), query.SortField, query.Descending)];
        if (resource.AllRowsInOneAnswer && !query.IsPaged)
            return CollectionPage<TRow>.Whole(rows);
        var from = query.Page > rows.Count / query.Size ? rows.Count : (int)query.Page * query.Size;
        List<TRow> page = [.. rows.Skip(from).Take(query.Size)];
        return new(page, query.Page, query.Size, rows.Count, HasNext: from + page.Count < rows.Count);
    }
}
