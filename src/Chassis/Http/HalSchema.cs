using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace Mannam.Http;

/// <summary>The common parts of all answers, as JSON Schema.</summary>
internal static class HalSchema
{
    public static OpenApiSchema Integer() => new() { Type = JsonSchemaType.Integer, Format = "int64" };

    public static OpenApiSchema Item(OpenApiSchema fields)
    {
        var properties = new Dictionary<string, IOpenApiSchema>(fields.Properties ?? new Dictionary<string, IOpenApiSchema>())
        {
            ["_links"] = Links(),
        };
        return new()
        {
            Type = JsonSchemaType.Object,
            Properties = properties,
            // Fields without a value are sent as null.
            Required = properties.Keys.ToHashSet(),
        };
    }

    public static OpenApiSchema Collection(string name, OpenApiSchema item) =>
        Object(
            ("_embedded", Object((name, new OpenApiSchema { Type = JsonSchemaType.Array, Items = item }))),
            ("_links", Links()),
            ("page", Object(("size", Integer()), ("totalElements", Integer()), ("totalPages", Integer()), ("number", Integer())))
        );

    public static OpenApiResponse Refusal(int status)
    {
        var response = new OpenApiResponse { Description = ReasonPhrases.GetReasonPhrase(status) };
        if (status >= 400)
        {
            var problem = new OpenApiMediaType { Schema = Problem() };
            response.Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = problem };
        }
        return response;
    }

    private static OpenApiSchema Problem()
    {
        var schema = Object(("title", Text()), ("status", Integer()));
        schema.Properties!["detail"] = Text();
        schema.Properties["reason"] = Text();
        schema.Properties["errors"] = new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Text() };
        return schema;
    }

    public static OpenApiSchema Change(string field, IReadOnlyList<string> words)
    {
        var schema = Object(
            (field, new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. words.Select(w => JsonValue.Create(w)!)] })
        );
        // A patch contains only the fields that it changes.
        schema.Required = null;
        return schema;
    }

    private static OpenApiSchema Links() =>
        new()
        {
            Type = JsonSchemaType.Object,
            AdditionalProperties = Object(("href", new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri" })),
        };

    public static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };

    private static OpenApiSchema Object(params (string Name, IOpenApiSchema Schema)[] properties) =>
        new()
        {
            Type = JsonSchemaType.Object,
            Properties = properties.ToDictionary(property => property.Name, property => property.Schema),
            Required = properties.Select(property => property.Name).ToHashSet(),
        };
}
