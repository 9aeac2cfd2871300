using System.Globalization;
using System.Linq.Expressions;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>A request's query of a collection: filters, page, size and order. Unknown parameters are ignored.</summary>
internal sealed class CollectionQuery<TEntity>
{
    private const int UsualSize = 20;
    private const int LargestSize = 100;

    private readonly IQueryCollection _query;
    private readonly List<Expression<Func<TEntity, bool>>> _predicates = [];
    private readonly StringBuilder _filters = new();
    private Dictionary<string, string>? _errors;

    private CollectionQuery(IQueryCollection query) => _query = query;

    public IReadOnlyDictionary<string, string>? Errors => _errors;

    /// <summary>True if page or size was given: then not all rows are wanted.</summary>
    public bool IsPaged { get; private set; }

    public long Page { get; private set; }

    public int Size { get; private set; } = UsualSize;

    public string? SortField { get; private set; }

    public bool Descending { get; private set; }

    public bool IsFiltered => _predicates.Count > 0;

    public static CollectionQuery<TEntity> Read(
        HttpRequest request,
        FilterParameters<TEntity> filters,
        SortFields<TEntity> sorts,
        string keyName
    )
    {
        var read = new CollectionQuery<TEntity>(request.QueryString.HasValue ? request.Query : QueryCollection.Empty);
        if (request.QueryString.HasValue)
        {
            filters.ReadInto(read);
            read.ReadPage();
            read.ReadSort(sorts, keyName);
        }
        return read;
    }

    /// <summary>The value of a parameter; if it is given twice, the last one.</summary>
    public string? Asked(string name) => _query.TryGetValue(name, out var values) && values.Count > 0 ? values[^1] ?? "" : null;

    public void Add(string name, string value, Expression<Func<TEntity, bool>> predicate)
    {
        _predicates.Add(predicate);
        _filters.Append(Separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
    }

    public void Reject(string name, string why) => (_errors ??= new(StringComparer.Ordinal)).TryAdd(name, why);

    public IQueryable<TEntity> Where(IQueryable<TEntity> rows)
    {
        foreach (var predicate in _predicates)
            rows = rows.Where(predicate);
        return rows;
    }

    /// <summary>The query string of page <paramref name="number"/>, with its question mark; null: as requested, without a page.</summary>
    public string LinkTo(long? number)
    {
        var link = new StringBuilder().Append(_filters);
        if (number is { } page)
            link.Append(link.Length == 0 ? '?' : '&').Append(CultureInfo.InvariantCulture, $"page={page}&size={Size}");
        if (SortField is not null)
            link.Append(link.Length == 0 ? '?' : '&').Append("sort=").Append(SortField).Append(Descending ? ",desc" : ",asc");
        return link.ToString();
    }

    private char Separator => _filters.Length == 0 ? '?' : '&';

    private void ReadPage()
    {
        if (Asked("page") is { } page)
        {
            IsPaged = true;
            if (long.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                Page = number;
            else
                Reject("page", "page must be a whole number from 0.");
        }
        if (Asked("size") is { } size)
        {
            IsPaged = true;
            if (int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) && rows is >= 1 and <= LargestSize)
                Size = rows;
            else
                Reject("size", $"size must be a whole number from 1 to {LargestSize}.");
        }
    }

    private void ReadSort(SortFields<TEntity> sorts, string keyName)
    {
        if (Asked("sort") is not { } sort)
            return;
        var comma = sort.IndexOf(',', StringComparison.Ordinal);
        var field = comma < 0 ? sort : sort[..comma];
        var direction = comma < 0 ? "asc" : sort[(comma + 1)..];
        if (field != keyName && !sorts.Contains(field))
        {
            Reject("sort", $"sort must name one of {string.Join(", ", [keyName, .. sorts])}.");
            return;
        }
        SortField = field;
        Descending = direction.Equals("desc", StringComparison.OrdinalIgnoreCase);
        if (!Descending && !direction.Equals("asc", StringComparison.OrdinalIgnoreCase))
            Reject("sort", "sort must be a field, or a field and asc or desc, separated by a comma.");
    }
}
