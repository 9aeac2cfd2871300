using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Mannam.Http;

/// <summary>An id: a whole number from 1 that fits 64 bits.</summary>
public sealed class IdAttribute : RangeAttribute
{
    public IdAttribute()
        : base(typeof(long), "1", long.MaxValue.ToString(CultureInfo.InvariantCulture)) =>
        ErrorMessage = "{0} must be a whole number from 1.";
}

/// <summary>A second name of the field, such as a document's misspelling. It counts if the first name was not sent.</summary>
/// <param name="name">The second name.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class AlsoNamedAttribute(string name) : Attribute
{
    /// <summary>The second name.</summary>
    public string Name => name;
}

/// <summary>In a PATCH, <c>null</c> removes the field's value (RFC 7396). <see cref="BoundRequest{TFields}.Has"/> shows whether it was sent.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class RemovableAttribute : Attribute;
