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

/// <summary>The field has a second name, as a document misspells it. It counts where the first was not sent.</summary>
/// <param name="name">That name.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class AlsoNamedAttribute(string name) : Attribute
{
    /// <summary>That name.</summary>
    public string Name => name;
}

/// <summary>In a PATCH, <c>null</c> removes the field's value (RFC 7396). Whether it was sent is told by <see cref="BoundRequest{TFields}.Has"/>.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class RemovableAttribute : Attribute;
