using System.Linq.Expressions;

namespace Mannam.Http;

/// <summary>
/// Creates a record from a request's fields, by a plan that is compiled once. The record's constructor declares the fields:
/// <list type="bullet">
/// <item><c>string</c>: a text of 1–255 code points; with <c>[AllowedValues("a", "b")]</c> one of these words.</item>
/// <item><c>long</c>: a whole number, also as a text; with <c>[Range]</c>, <c>[Id]</c> or a derived attribute, within a range.</item>
/// <item><c>DateTime</c>: a point in time, in UTC; in RFC 3339, or with <c>[property: JsonConverter(typeof(SeoulTime))]</c> as in Seoul.</item>
/// <item>All other attributes of System.ComponentModel.DataAnnotations are checked.</item>
/// </list>
/// Nullable fields may be omitted. A field comes from the body; with <c>[FromQuery]</c> from the query; with <c>[FromRoute]</c> from the path, if
/// the path has its name.
/// </summary>
internal static class RequestBinder<TFields>
{
    static RequestBinder()
    {
        var constructor = typeof(TFields).GetConstructors().MaxBy(c => c.GetParameters().Length)!;
        RequestField[] declared = [.. constructor.GetParameters().Select(p => RequestField.Of(typeof(TFields), p))];
        // fields => new TFields(first.Read(fields), …)
        var fields = Expression.Parameter(typeof(RequestFields), "fields");
        var values = declared.Select(f => Expression.Call(Expression.Constant(f), "Read", null, fields));
        Bind = Expression.Lambda<Func<RequestFields, TFields>>(Expression.New(constructor, values), fields).Compile();
        Declared = declared;
    }

    /// <summary>The fields, in the order in which they are read.</summary>
    public static IReadOnlyList<RequestField> Declared { get; }

    /// <summary>Creates the record, and adds errors.</summary>
    public static Func<RequestFields, TFields> Bind { get; }
}
