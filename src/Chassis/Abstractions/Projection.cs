using System.Collections.Concurrent;
using System.Linq.Expressions;

namespace Mannam.Abstractions;

/// <summary>Copies aggregates into records, see <see cref="Aggregate.As{T}"/>. The copy function of each kind of aggregate is compiled once.</summary>
internal static class Projection<T>
{
    private static readonly ConcurrentDictionary<Type, Func<Aggregate, T>> Made = new();

    public static T Of(Aggregate aggregate) => Made.GetOrAdd(aggregate.GetType(), Make)(aggregate);

    /// <summary>Compiles <c>aggregate => new T(aggregate.A, …) { B = aggregate.B, … }</c>.</summary>
    public static Func<Aggregate, T> Make(Type type)
    {
        var given = Expression.Parameter(typeof(Aggregate), "aggregate");
        var aggregate = Expression.Convert(given, type);
        var constructor =
            typeof(T).GetConstructors().MaxBy(c => c.GetParameters().Length) ?? throw NotMade(type, "it has no public constructor");
        var parameters = constructor.GetParameters();
        var created = Expression.New(constructor, parameters.Select(p => Value(aggregate, p.Name!, p.ParameterType)));
        var others = typeof(T)
            .GetProperties()
            .Where(p => p.SetMethod is not null && Array.TrueForAll(parameters, taken => taken.Name != p.Name))
            .Select(p => Expression.Bind(p, Value(aggregate, p.Name, p.PropertyType)));
        return Expression.Lambda<Func<Aggregate, T>>(Expression.MemberInit(created, others), given).Compile();
    }

    private static Expression Value(Expression aggregate, string name, Type type)
    {
        var property = aggregate.Type.GetProperty(name) ?? throw NotMade(aggregate.Type, $"that has no {name}");
        var value = Expression.Property(aggregate, property);
        return property.PropertyType == type ? value : Expression.Convert(value, type);
    }

    private static InvalidOperationException NotMade(Type type, string why) =>
        new($"{typeof(T).Name} cannot be made of {type.Name}: {why}");
}
