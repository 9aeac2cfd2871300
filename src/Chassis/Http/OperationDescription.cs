using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace Mannam.Http;

/// <summary>Writes what endpoints say about themselves into the OpenAPI document.</summary>
internal sealed class OperationDescription : IOpenApiOperationTransformer
{
    public async Task TransformAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        DescribePath(operation, context, metadata.OfType<EndpointDescription.TextInPath>().Any());
        foreach (var needed in metadata.OfType<EndpointDescription.Needed>())
        {
            DescribeNeeded(operation, needed);
        }
        if (InternalCalls.IsInternal(metadata))
        {
            operation.AddExtension(InternalCalls.Extension, new JsonNodeExtension(true));
        }
        var isPost = context.Description.HttpMethod == "POST";
        if (isPost)
        {
            DescribeKey(operation);
        }
        if (metadata.OfType<EndpointDescription.Taken>().LastOrDefault() is { } taken)
        {
            DescribeBody(operation, context, await FieldsAsync(context, taken.Fields, cancellationToken));
        }
        if (metadata.OfType<EndpointDescription.Changed>().LastOrDefault() is { } changed)
        {
            DescribeBody(operation, context, HalSchema.Change(changed.Field, changed.Words));
        }
        if (metadata.OfType<EndpointDescription.Answered>().LastOrDefault() is { } answered)
        {
            // What the conventions add to what the endpoint says.
            int[] always = isPost ? [406, 409, 422, 500, 503] : [406, 500, 503];
            await DescribeAnswersAsync(operation, context, answered with { Others = [.. answered.Others, .. always] }, cancellationToken);
        }
    }

    // A handler that takes the HttpContext alone does not tell what its path holds.
    private static void DescribePath(OpenApiOperation operation, OpenApiOperationTransformerContext context, bool isText)
    {
        operation.Parameters ??= [];
        foreach (var segment in (context.Description.RelativePath ?? "").Split('/'))
        {
            // Without its constraint.
            var name = segment.Trim('{', '}').Split(':')[0];
            if (segment.StartsWith('{') && operation.Parameters.All(known => known.Name != name))
            {
                operation.Parameters.Add(
                    new OpenApiParameter
                    {
                        Name = name,
                        In = ParameterLocation.Path,
                        Required = true,
                        Schema = isText ? HalSchema.Text() : HalSchema.Integer(),
                    }
                );
            }
        }
    }

    private static void DescribeNeeded(OpenApiOperation operation, EndpointDescription.Needed needed) =>
        (operation.Parameters ??= []).Add(
            new OpenApiParameter
            {
                Name = needed.Parameter,
                In = ParameterLocation.Query,
                Required = true,
                Schema = needed.IsText ? HalSchema.Text() : HalSchema.Integer(),
            }
        );

    private static void DescribeKey(OpenApiOperation operation)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(
            new OpenApiParameter
            {
                Name = "Idempotency-Key",
                In = ParameterLocation.Header,
                Description = "With the same key and body the first answer comes again, for 24 hours.",
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    MinLength = 1,
                    MaxLength = 255,
                    Pattern = "^[!-~]+$",
                },
            }
        );
    }

    private static async Task<OpenApiSchema> FieldsAsync(OpenApiOperationTransformerContext context, Type fields, CancellationToken ct)
    {
        var schema = await context.GetOrCreateSchemaAsync(fields, cancellationToken: ct);
        var isPatch = context.Description.HttpMethod == "PATCH";
        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
        {
            if (property is OpenApiSchema { Type: { } type } field && type.HasFlag(JsonSchemaType.Integer))
            {
                // The REST conventions: a whole number may be written as a text.
                field.Type = type | JsonSchemaType.String;
            }
            // Nullable ones may be left out, and a patch names what it changes.
            if (isPatch || property.Type?.HasFlag(JsonSchemaType.Null) == true)
            {
                schema.Required?.Remove(name);
            }
        }
        return schema;
    }

    private static void DescribeBody(OpenApiOperation operation, OpenApiOperationTransformerContext context, OpenApiSchema schema)
    {
        var isPatch = context.Description.HttpMethod == "PATCH";
        var body = new OpenApiMediaType { Schema = schema };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = isPatch
                ? new Dictionary<string, OpenApiMediaType> { ["application/json"] = body, ["application/merge-patch+json"] = body }
                : new Dictionary<string, OpenApiMediaType> { ["application/json"] = body },
        };
    }

    private static async Task DescribeAnswersAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        EndpointDescription.Answered answered,
        CancellationToken ct
    )
    {
        operation.Parameters ??= [];
        foreach (var name in answered.Parameters)
        {
            var schema = name is "page" or "size" ? HalSchema.Integer() : new OpenApiSchema { Type = JsonSchemaType.String };
            operation.Parameters.Add(
                new OpenApiParameter
                {
                    Name = name,
                    In = ParameterLocation.Query,
                    Schema = schema,
                }
            );
        }
        operation.Responses = new OpenApiResponses();
        var success = new OpenApiResponse { Description = ReasonPhrases.GetReasonPhrase(answered.Status) };
        if (answered.View is { } view)
        {
            var schema = await context.GetOrCreateSchemaAsync(view, cancellationToken: ct);
            // A list comes without links.
            var item = view.IsArray ? schema : HalSchema.Item(schema);
            var media = new OpenApiMediaType { Schema = answered.Embedded is { } name ? HalSchema.Collection(name, item) : item };
            success.Content = new Dictionary<string, OpenApiMediaType> { [MediaTypes.Hal] = media, [MediaTypes.Json] = media };
        }
        operation.Responses[Text(answered.Status)] = success;
        foreach (var other in answered.Others.Distinct().Order())
        {
            operation.Responses[Text(other)] = HalSchema.Refusal(other);
        }
    }

    private static string Text(int status) => status.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
