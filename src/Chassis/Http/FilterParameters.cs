using System.Collections;
using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;

namespace Mannam.Http;

/// <summary>
/// The query parameters that filter rows, each with a predicate over a row and the parameter's value:
/// <c>Filters = { { "customer", (page, customer) => page.Customer == customer } }</c>.
/// </summary>
public sealed class FilterParameters<TEntity> : IEnumerable<string>
{
    private readonly List<Filter> _filters = [];

    /// <summary>A parameter whose value is a text.</summary>
    public void Add(string name, Expression<Func<TEntity, string, bool>> matches) =>
        _filters.Add(new(name, text => TextRules.FindStorageFault(text) is { } fault ? fault : With(matches, text)));

    /// <summary>A parameter whose value is an id, a whole number from 1.</summary>
    public void Add(string name, Expression<Func<TEntity, long, bool>> matches) =>
        _filters.Add(
            new(
                name,
                text =>
                    long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
                        ? With(matches, id)
                        : "must be a whole number from 1."
            )
        );

    /// <summary>A parameter whose value is a point in time, in RFC 3339.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="matches">The predicate; the point in time is in UTC.</param>
    /// <param name="orInSeoul">Whether the format of <see cref="SeoulTime"/> is allowed too.</param>
    public void Add(string name, Expression<Func<TEntity, DateTime, bool>> matches, bool orInSeoul = false)
    {
        MomentReader read = orInSeoul ? SeoulTime.TryRead : Moment.TryRead;
        var fault = orInSeoul ? SeoulTime.Expected : Moment.Expected;
        _filters.Add(new(name, text => read(text, out var utc) ? With(matches, utc) : fault));
    }

    /// <summary>The names of the parameters.</summary>
    public IEnumerator<string> GetEnumerator() => _filters.Select(filter => filter.Name).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds the request's filters to <paramref name="query"/>, or its errors.</summary>
    internal void ReadInto(CollectionQuery<TEntity> query)
    {
        foreach (var (name, read) in _filters)
        {
            if (query.Asked(name) is not { } text)
                continue;
            switch (read(text))
            {
                case Expression<Func<TEntity, bool>> predicate:
                    query.Add(name, text, predicate);
                    break;
                case var fault:
                    query.Reject(name, $"{name} {fault}");
                    break;
            }
        }
    }

    // The value is a member of an object in the tree, so that EF makes it a parameter and reuses the query.
    private static Expression<Func<TEntity, bool>> With<T>(Expression<Func<TEntity, T, bool>> matches, T value)
    {
        var asked = Expression.Field(Expression.Constant(new Parameter<T>(value)), Parameter<T>.Value);
        return Expression.Lambda<Func<TEntity, bool>>(
            new Replacing(matches.Parameters[1], asked).Visit(matches.Body),
            matches.Parameters[0]
        );
    }

    // Read returns the predicate, or the error as a sentence.
    private sealed record Filter(string Name, Func<string, object> Read);

    private sealed class Parameter<T>(T value)
    {
        public static readonly FieldInfo Value = typeof(Parameter<T>).GetField(nameof(Asked))!;

        public readonly T Asked = value;
    }

    private sealed class Replacing(ParameterExpression parameter, Expression by) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == parameter ? by : node;
    }
}
