using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mannam.Abstractions;

/// <summary>The names and types that follow from the namespace of a service's types, such as <c>Mannam.Law.Consult</c>.</summary>
public static class Conventions
{
    private static readonly ConcurrentDictionary<Type, JsonSerializerContext> Contexts = new();

    /// <summary>The serialization of a record, from the JSON context of its system. For a record in the namespace <c>Mannam.Law.Consult</c> or
    /// <c>Mannam.Law.Events</c> that is <c>Mannam.Law.LawJson</c>, with the <see cref="JsonOptions"/>.</summary>
    /// <exception cref="InvalidOperationException">The system has no such context, or the context does not list the record.</exception>
    public static JsonTypeInfo<T> JsonOf<T>() => Of<T>(JsonContextOf(typeof(T)));

    /// <summary>The JSON options of events, requests and resources: camelCase, without escaping of Korean texts.</summary>
    public static JsonSerializerOptions JsonOptions() =>
        new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static JsonTypeInfo<T> Of<T>(JsonSerializerContext context) =>
        (JsonTypeInfo<T>?)context.GetTypeInfo(typeof(T))
        ?? throw new InvalidOperationException($"{typeof(T).Name} is not in {context.GetType().Name}");

    /// <summary><c>law</c>.</summary>
    internal static string SystemOf(Type aggregate) => Parts(aggregate)[^2].ToLowerInvariant();

    /// <summary><c>consult</c>.</summary>
    internal static string ServiceOf(Type aggregate) => Parts(aggregate)[^1].ToLowerInvariant();

    /// <summary>The script that is embedded as <c>Mannam.Law.Consult/Schema.sql</c>.</summary>
    internal static (Assembly Assembly, string Resource) SchemaOf(Type aggregate) =>
        (aggregate.Assembly, $"{aggregate.Namespace}/Schema.sql");

    /// <summary><c>Mannam.Law.LawJson</c>, the same each time.</summary>
    internal static JsonSerializerContext JsonContextOf(Type type)
    {
        var parts = Parts(type);
        var name = $"{string.Join('.', parts[..^1])}.{parts[^2]}Json";
        return type.Assembly.GetType(name) is { } context && context.IsSubclassOf(typeof(JsonSerializerContext))
            ? Contexts.GetOrAdd(context, made => (JsonSerializerContext)Activator.CreateInstance(made, JsonOptions())!)
            : throw new InvalidOperationException($"{type.Assembly.GetName().Name} has no JsonSerializerContext {name}");
    }

    private static string[] Parts(Type type) =>
        type.Namespace?.Split('.') is { Length: > 1 } parts
            ? parts
            : throw new InvalidOperationException($"the namespace of {type.Name} must end in a system and a service");
}
