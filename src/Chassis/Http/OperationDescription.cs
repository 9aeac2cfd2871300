using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace Mannam.Http;

/// <summary>Writes the endpoints' descriptions into the OpenAPI document.</summary>
internal sealed class OperationDescription : IOpenApiOperationTransformer
{
    public async Task TransformAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var taken = metadata.OfType<EndpointDescription.Taken>().LastOrDefault();
        DescribePath(operation, context, metadata.OfType<EndpointDescription.TextInPath>().Any(), taken?.Fields ?? []);
        foreach (var field in taken?.Fields.Where(field => field.IsInQuery) ?? [])
            DescribeNeeded(operation, new(field.Name, IsText: true), field.IsRequired);
        foreach (var needed in metadata.OfType<EndpointDescription.Needed>())
            DescribeNeeded(operation, needed, isRequired: true);
        if (InternalCalls.IsInternal(metadata))
            operation.AddExtension(InternalCalls.Extension, new JsonNodeExtension(true));
        var isPost = context.Description.HttpMethod == "POST";
        if (isPost)
            DescribeKey(operation);
        int[] byFields = taken is null ? [] : [400];
        if (taken is not null && InBody(operation, taken) is { Count: > 0 } inBody)
        {
            DescribeBody(operation, context, await FieldsAsync(context, taken.Record, inBody, cancellationToken));
            byFields = [400, 408, 413, 415];
        }
        if (metadata.OfType<EndpointDescription.Changed>().LastOrDefault() is { } changed)
        {
            var schema = HalSchema.Change(changed.Field, changed.Words);
            foreach (var data in changed.Data)
            {
                foreach (var (name, property) in (await FieldsAsync(context, data.Record, data.Fields, cancellationToken)).Properties!)
                    schema.Properties![name] = property;
            }
            DescribeBody(operation, context, schema);
        }
        if (metadata.OfType<EndpointDescription.Answered>().LastOrDefault() is { } answered)
        {
            // Statuses of the conventions, in addition to the endpoint's own.
            int[] always = isPost ? [406, 409, 422, 500, 503] : [406, 500, 503];
            await DescribeAnswersAsync(
                operation,
                context,
                answered with
                {
                    Others = [.. answered.Others, .. byFields, .. always],
                },
                cancellationToken
            );
        }
    }

    // A handler with only an HttpContext does not declare its path parameters.
    private static void DescribePath(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        bool isText,
        IReadOnlyList<RequestField> fields
    )
    {
        operation.Parameters ??= [];
        foreach (var segment in (context.Description.RelativePath ?? "").Split('/'))
        {
            // The name without its constraint.
            var name = segment.Trim('{', '}').Split(':')[0];
            if (segment.StartsWith('{') && operation.Parameters.All(known => known.Name != name))
            {
                operation.Parameters.Add(
                    new OpenApiParameter
                    {
                        Name = name,
                        In = ParameterLocation.Path,
                        Required = true,
                        Schema =
                            isText || fields.Any(field => field.MayBeInPath && field.Name == name) ? HalSchema.Text() : HalSchema.Integer(),
                    }
                );
            }
        }
    }

    private static List<RequestField> InBody(OpenApiOperation operation, EndpointDescription.Taken taken) =>
        [.. taken.Fields.Where(field => operation.Parameters!.All(known => known.Name != field.Name))];

    private static void DescribeNeeded(OpenApiOperation operation, EndpointDescription.Needed needed, bool isRequired) =>
        (operation.Parameters ??= []).Add(
            new OpenApiParameter
            {
                Name = needed.Parameter,
                In = ParameterLocation.Query,
                Required = isRequired,
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

    private static async Task<OpenApiSchema> FieldsAsync(
        OpenApiOperationTransformerContext context,
        Type record,
        IReadOnlyList<RequestField> fields,
        CancellationToken ct
    )
    {
        var schema = await context.GetOrCreateSchemaAsync(record, cancellationToken: ct);
        var isPatch = context.Description.HttpMethod == "PATCH";
        foreach (var name in schema.Properties!.Keys.Except(fields.Select(field => field.Name)).ToList())
        {
            schema.Properties.Remove(name);
            schema.Required?.Remove(name);
        }
        foreach (var field in fields)
        {
            // An omitted field is null; but in a patch null removes the value.
            var property = (OpenApiSchema)schema.Properties[field.Name];
            if (isPatch && !field.IsRemovable)
                property.Type &= ~JsonSchemaType.Null;
            if (property.Type is { } type && type.HasFlag(JsonSchemaType.Integer))
            {
                // The REST conventions allow a whole number as a text.
                property.Type = type | JsonSchemaType.String;
            }
            field.Describe(property);
            if (isPatch || !field.IsRequired)
                schema.Required?.Remove(field.Name);
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
            // Items of a list have no links.
            var item = view.IsArray ? schema : HalSchema.Item(schema);
            var media = new OpenApiMediaType { Schema = answered.Embedded is { } name ? HalSchema.Collection(name, item) : item };
            success.Content = new Dictionary<string, OpenApiMediaType> { [MediaTypes.Hal] = media, [MediaTypes.Json] = media };
        }
        operation.Responses[Text(answered.Status)] = success;
        foreach (var other in answered.Others.Distinct().Order())
            operation.Responses[Text(other)] = HalSchema.Refusal(other);
    }

    private static string Text(int status) => status.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
