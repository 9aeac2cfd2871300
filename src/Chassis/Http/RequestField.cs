using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;

namespace Mannam.Http;

/// <summary>A field of a request, as a record declares it: its name and its rules.</summary>
internal abstract class RequestField
{
    private readonly string? _alsoNamed;
    private readonly ValidationAttribute[] _others;

    protected RequestField(DeclaredField declared)
    {
        Name = JsonNamingPolicy.CamelCase.ConvertName(declared.Parameter.Name!);
        IsRequired = declared.IsRequired;
        IsInQuery = declared.Get<FromQueryAttribute>() is not null;
        MayBeInPath = declared.Get<FromRouteAttribute>() is not null;
        IsRemovable = declared.Get<RemovableAttribute>() is not null;
        _alsoNamed = declared.Get<AlsoNamedAttribute>()?.Name;
        _others =
        [
            .. declared
                .Attributes.OfType<ValidationAttribute>()
                .Where(a => a is not (RangeAttribute or AllowedValuesAttribute or RequiredAttribute)),
        ];
    }

    /// <summary>Its name in JSON.</summary>
    public string Name { get; }

    /// <summary>Whether it is required.</summary>
    public bool IsRequired { get; }

    /// <summary>Whether it is a query parameter.</summary>
    public bool IsInQuery { get; }

    /// <summary>Whether it comes from the path, if the path has its name.</summary>
    public bool MayBeInPath { get; }

    /// <summary>Whether it may be <c>null</c> in a PATCH.</summary>
    public bool IsRemovable { get; }

    /// <summary>Adds its rules to its type in OpenAPI.</summary>
    public abstract void Describe(OpenApiSchema schema);

    /// <summary>The field for a parameter of a constructor.</summary>
    /// <exception cref="NotSupportedException">No field supports this type.</exception>
    public static RequestField Of(Type record, ParameterInfo parameter)
    {
        var declared = new DeclaredField(record, parameter);
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return type switch
        {
            _ when type == typeof(string) => declared.Get<AllowedValuesAttribute>() is null
                ? new TextField(declared)
                : new WordField(declared),
            _ when type == typeof(long) => declared.IsRequired ? new NumberField(declared) : new OptionalNumberField(declared),
            _ when type == typeof(DateTime) => declared.IsRequired ? new MomentField(declared) : new OptionalMomentField(declared),
            _ => throw new NotSupportedException($"{record.Name}.{parameter.Name}: fields of the type {type.Name} are not supported"),
        };
    }

    /// <summary>The name under which it was sent.</summary>
    protected string NameIn(RequestFields fields) => _alsoNamed is null || fields.Has(Name) ? Name : _alsoNamed;

    /// <summary>Whether it was removed, and may be.</summary>
    protected bool IsRemovedIn(RequestFields fields) => IsRemovable && fields.IsNull(Name);

    /// <summary>Adds errors beyond the type: missing, or against another attribute.</summary>
    protected T? Checked<T>(RequestFields fields, string name, T? value)
    {
        if (value is null)
        {
            // Reject keeps the first error, so a wrong value is not reported as missing.
            if (IsRequired)
                fields.Reject(name, $"{name} is required.");
            return value;
        }
        foreach (var rule in _others)
        {
            if (!rule.IsValid(value))
                fields.Reject(name, rule.FormatErrorMessage(name));
        }
        return value;
    }
}

/// <summary>A parameter of a record's constructor, with the attributes of its property.</summary>
internal sealed class DeclaredField(Type record, ParameterInfo parameter)
{
    public ParameterInfo Parameter => parameter;

    public IReadOnlyList<Attribute> Attributes { get; } =
    [.. parameter.GetCustomAttributes(), .. record.GetProperty(parameter.Name!)?.GetCustomAttributes() ?? []];

    public bool IsRequired { get; } = new NullabilityInfoContext().Create(parameter).WriteState != NullabilityState.Nullable;

    public T? Get<T>()
        where T : Attribute => Attributes.OfType<T>().FirstOrDefault();
}
