using System.Reflection;
using System.Text.Json.Serialization;

namespace Mannam.Abstractions;

/// <summary>The names that follow from the namespace of a service's aggregate, such as <c>Mannam.Law.Consult</c>.</summary>
internal static class Conventions
{
    /// <summary>The system: <c>law</c>.</summary>
    public static string SystemOf(Type aggregate) => Parts(aggregate)[^2].ToLowerInvariant();

    /// <summary>The service: <c>consult</c>.</summary>
    public static string ServiceOf(Type aggregate) => Parts(aggregate)[^1].ToLowerInvariant();

    /// <summary>The embedded script <c>Mannam.Law.Consult/Schema.sql</c>.</summary>
    public static (Assembly Assembly, string Resource) SchemaOf(Type aggregate) =>
        (aggregate.Assembly, $"{aggregate.Namespace}/Schema.sql");

    /// <summary>The system's JSON context: <c>Mannam.Law.LawJson.Instance</c>.</summary>
    public static JsonSerializerContext JsonContextOf(Type aggregate)
    {
        var parts = Parts(aggregate);
        var name = $"{string.Join('.', parts[..^1])}.{parts[^2]}Json";
        return aggregate.Assembly.GetType(name)?.GetProperty("Instance", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)
                as JsonSerializerContext
            ?? throw new InvalidOperationException(
                $"{aggregate.Assembly.GetName().Name} has no JsonSerializerContext {name} with an Instance"
            );
    }

    private static string[] Parts(Type aggregate) =>
        aggregate.Namespace?.Split('.') is { Length: > 1 } parts
            ? parts
            : throw new InvalidOperationException($"the namespace of {aggregate.Name} must end in a system and a service");
}
