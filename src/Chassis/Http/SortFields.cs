using System.Collections;
using System.Linq.Expressions;

namespace Mannam.Http;

/// <summary>The fields by which a collection can be sorted beside its key: <c>Sorts = { { "price", offer => offer.Price } }</c>.</summary>
public sealed class SortFields<TEntity> : IEnumerable<string>
{
    private readonly Dictionary<string, IBy> _sorts = new(StringComparer.Ordinal);

    /// <summary>Declares the field <paramref name="name"/>, as it is called on the wire, sortable.</summary>
    public void Add<TValue>(string name, Expression<Func<TEntity, TValue>> value) => _sorts.Add(name, new By<TValue>(value));

    /// <summary>The names of the fields.</summary>
    public IEnumerator<string> GetEnumerator() => _sorts.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal bool Contains(string name) => _sorts.ContainsKey(name);

    /// <summary>The rows in the order asked for, those with the same value by key; by key, ascending, when none was asked for.</summary>
    internal IQueryable<TEntity> Apply(IQueryable<TEntity> rows, Expression<Func<TEntity, long>> key, string? name, bool descending)
    {
        if (name is not null && _sorts.TryGetValue(name, out var by))
            return by.Apply(rows, descending).ThenBy(key);
        return descending ? rows.OrderByDescending(key) : rows.OrderBy(key);
    }

    /// <summary>Rows that come in the order of their keys, in the order asked for.</summary>
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
