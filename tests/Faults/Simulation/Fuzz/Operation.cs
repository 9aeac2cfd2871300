using System.Text.Json.Nodes;

namespace Mannam.Simulation.Fuzz;

/// <summary>One call of the served OpenAPI document.</summary>
/// <param name="Method">Such as <c>POST</c>.</param>
/// <param name="Path">Such as <c>/catches/{id}</c>.</param>
/// <param name="Query">Its query parameters.</param>
/// <param name="Fields">The fields of its body; none when it takes no body.</param>
internal sealed record Operation(string Method, string Path, IReadOnlyList<Field> Query, IReadOnlyList<Field> Fields)
{
    public bool HasId => Path.Contains('{', StringComparison.Ordinal);

    public bool TakesBody => Method is "POST" or "PATCH";

    /// <summary>Reads what a document describes.</summary>
    /// <param name="document">The OpenAPI document.</param>
    public static IReadOnlyList<Operation> Of(JsonNode document) =>
        [
            .. document["paths"]!
                .AsObject()
                .SelectMany(path =>
                    path.Value!.AsObject()
                        .Where(method => method.Value is JsonObject)
                        .Select(method => Of(path.Key, method.Key.ToUpperInvariant(), method.Value!))
                ),
        ];

    private static Operation Of(string path, string method, JsonNode described) =>
        new(
            method,
            path,
            [
                .. (described["parameters"]?.AsArray() ?? [])
                    .Where(p => (string?)p!["in"] == "query")
                    .Select(p => Field.Of((string)p!["name"]!, p["schema"]!, (bool?)p["required"] == true)),
            ],
            FieldsOf(described["requestBody"]?["content"]?["application/json"]?["schema"])
        );

    private static IReadOnlyList<Field> FieldsOf(JsonNode? schema)
    {
        var required = (schema?["required"]?.AsArray() ?? []).Select(r => (string)r!).ToHashSet();
        return [.. (schema?["properties"]?.AsObject() ?? []).Select(p => Field.Of(p.Key, p.Value!, required.Contains(p.Key)))];
    }
}

/// <summary>A field of a body, or a query parameter.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsWhole">A whole number; otherwise a text.</param>
/// <param name="Required">Whether it must be there.</param>
internal sealed record Field(string Name, bool IsWhole, bool Required)
{
    public static Field Of(string name, JsonNode schema, bool required) =>
        new(name, schema["type"]!.ToJsonString().Contains("integer", StringComparison.Ordinal), required);
}
