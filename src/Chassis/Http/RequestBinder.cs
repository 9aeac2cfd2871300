using System.Linq.Expressions;

namespace Mannam.Http;

/// <summary>
/// Makes a record of a request's fields, by a plan that is made once. The record's constructor declares the fields:
/// <list type="bullet">
/// <item><c>string</c>: a text of 1–255 code points; with <c>[AllowedValues("a", "b")]</c> one of these words.</item>
/// <item><c>long</c>: a whole number, also written as a text; with <c>[Range]</c>, <c>[Id]</c> or another kind of range, one in it.</item>
/// <item><c>DateTime</c>: a moment, in UTC; written as RFC 3339, or with <c>[property: JsonConverter(typeof(SeoulTime))]</c> as in Seoul.</item>
/// <item>Any other attribute of System.ComponentModel.DataAnnotations is asked whether it holds.</item>
/// </list>
/// What is nullable may be left out. A text is taken from the body; with <c>[FromQuery]</c> from the query; with
/// <c>[FromRoute]</c> from the path where that has its name.
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

    /// <summary>Makes the record, and notes what is wrong.</summary>
    public static Func<RequestFields, TFields> Bind { get; }
}
