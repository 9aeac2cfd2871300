using System.Collections;
using System.Linq.Expressions;

namespace Mannam.Http;

/// <summary>The sortable fields of a collection, besides its key: <c>Sorts = { { "price", offer => offer.Price } }</c>.</summary>
public sealed class SortFields<TEntity> : IEnumerable<string>
{
    private readonly Dictionary<string, IBy> _sorts = new(StringComparer.Ordinal);

    /// <summary>Makes the field <paramref name="name"/> (in JSON) sortable.</summary>
    public void Add<TValue>(string name, Expression<Func<TEntity, TValue>> value) => _sorts.Add(name, new By<TValue>(value));

    /// <summary>The names of the fields.</summary>
    public IEnumerator<string> GetEnumerator() => _sorts.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal bool Contains(string name) => _sorts.ContainsKey(name);

    /// <summary>The rows in the requested order, with the key as second criterion; by default by key, ascending.</summary>
    internal IQueryable<TEntity> Apply(IQueryable<TEntity> rows, Expression<Func<TEntity, long>> key, string? name, bool descending)
    {
        if (name is not null && _sorts.TryGetValue(name, out var by))
            return by.Apply(rows, descending).ThenBy(key);
        return descending ? rows.OrderByDescending(key) : rows.OrderBy(key);
    }

    /// <summary>Sorts rows that are already sorted by key.</summary>
    internal IQueryable<TEntity> Apply(IQueryable<TEntity> byKey, string? name, bool descending)
    {
        if (name is not null && _sorts.TryGetValue(name, out var by))
            return by.Apply(byKey, descending);
        return descending ? byKey.Reverse() : byKey;
    }

    private interface IBy
    {
        public IOrderedQueryable<TEntity> Apply(IQueryable<TEntity> rows, bool descending);
    }

    private sealed class By<TValue>(Expression<Func<TEntity, TValue>> value) : IBy
    {
        public IOrderedQueryable<TEntity> Apply(IQueryable<TEntity> rows, bool descending) =>
            descending ? rows.OrderByDescending(value) : rows.OrderBy(value);
    }
}
