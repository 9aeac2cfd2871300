using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.OpenApi;

namespace Mannam.Http;

/// <summary>A text of the body, the path or the query. Empty if it is required and wrong.</summary>
internal sealed class TextField(DeclaredField declared) : RequestField(declared)
{
    public string? Read(RequestFields fields)
    {
        var name = NameIn(fields);
        var text =
            IsInQuery ? fields.Given(name, Last(fields.Request.Query[name]))
            : MayBeInPath && fields.Request.RouteValues.TryGetValue(name, out var segment) ? fields.Given(name, segment as string)
            : IsRemovedIn(fields) ? null
            : fields.OptionalText(name);
        return Checked(fields, name, text) ?? (IsRequired ? "" : null);
    }

    public override void Describe(OpenApiSchema schema) { }

    private static string? Last(Microsoft.Extensions.Primitives.StringValues values) => values.Count > 0 ? values[^1] : null;
}

/// <summary>One of several words. Empty if it is required and wrong.</summary>
internal sealed class WordField(DeclaredField declared) : RequestField(declared)
{
    private readonly string[] _words = [.. declared.Get<AllowedValuesAttribute>()!.Values.OfType<string>()];

    public string? Read(RequestFields fields)
    {
        var name = NameIn(fields);
        return Checked(fields, name, IsRemovedIn(fields) ? null : fields.OptionalOneOf(name, _words)) ?? (IsRequired ? "" : null);
    }

    public override void Describe(OpenApiSchema schema)
    {
        schema.Enum = [.. _words.Select(word => (JsonNode)word)];
        if (schema.Type?.HasFlag(JsonSchemaType.Null) == true)
            schema.Enum.Add(JsonNullSentinel.JsonNull);
    }
}

/// <summary>A whole number. 0 if it is wrong.</summary>
internal sealed class NumberField(DeclaredField declared) : WholeNumberField(declared)
{
    public long Read(RequestFields fields) => ReadOptional(fields) ?? 0;
}

/// <summary>An optional whole number.</summary>
internal sealed class OptionalNumberField(DeclaredField declared) : WholeNumberField(declared)
{
    public long? Read(RequestFields fields) => ReadOptional(fields);
}

internal abstract class WholeNumberField : RequestField
{
    private readonly long _least = long.MinValue;
    private readonly long _most = long.MaxValue;
    private readonly string _error;

    protected WholeNumberField(DeclaredField declared)
        : base(declared)
    {
        var range = declared.Get<RangeAttribute>();
        if (range is not null)
        {
            _least = Convert.ToInt64(range.Minimum, CultureInfo.InvariantCulture);
            _most = Convert.ToInt64(range.Maximum, CultureInfo.InvariantCulture);
        }
        _error =
            range is null ? $"{Name} must be a whole number."
            : range.ErrorMessage is null
                ? string.Create(CultureInfo.InvariantCulture, $"{Name} must be a whole number from {_least} to {_most}.")
            : range.FormatErrorMessage(Name);
    }

    protected long? ReadOptional(RequestFields fields)
    {
        var name = NameIn(fields);
        return Checked(fields, name, IsRemovedIn(fields) ? null : fields.OptionalNumber(name, _least, _most, _error));
    }

    public override void Describe(OpenApiSchema schema)
    {
        schema.Minimum = _least > long.MinValue ? _least.ToString(CultureInfo.InvariantCulture) : null;
        schema.Maximum = _most < long.MaxValue ? _most.ToString(CultureInfo.InvariantCulture) : null;
    }
}

/// <summary>A point in time, in UTC. The year 1 if it is wrong.</summary>
internal sealed class MomentField(DeclaredField declared) : AnyMomentField(declared)
{
    public DateTime Read(RequestFields fields) => ReadOptional(fields) ?? default;
}

/// <summary>An optional point in time.</summary>
internal sealed class OptionalMomentField(DeclaredField declared) : AnyMomentField(declared)
{
    public DateTime? Read(RequestFields fields) => ReadOptional(fields);
}

internal abstract class AnyMomentField : RequestField
{
    private readonly bool _isSeouls;
    private readonly MomentReader _read;
    private readonly string _error;

    protected AnyMomentField(DeclaredField declared)
        : base(declared)
    {
        _isSeouls = declared.Get<JsonConverterAttribute>()?.ConverterType == typeof(SeoulTime);
        _read = _isSeouls ? SeoulTime.TryRead : Moment.TryRead;
        _error = $"{Name} {(_isSeouls ? SeoulTime.Expected : Moment.Expected)}";
    }

    protected DateTime? ReadOptional(RequestFields fields)
    {
        var name = NameIn(fields);
        return Checked(fields, name, IsRemovedIn(fields) ? null : fields.OptionalMoment(name, _read, _error));
    }

    public override void Describe(OpenApiSchema schema) =>
        (schema.Type, schema.Format) = (JsonSchemaType.String, _isSeouls ? null : "date-time");
}
