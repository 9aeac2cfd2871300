using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Http;

/// <summary>Descriptions of an endpoint for the OpenAPI document. They do not change its behaviour.</summary>
public static class EndpointDescription
{
    /// <summary>The endpoint answers with an item: its fields and links.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="status">The status of success, 200 or 201.</param>
    /// <param name="others">All other statuses, except 406, 500, 503 and those of an invalid body.</param>
    public static IEndpointConventionBuilder Answers<TView>(this IEndpointConventionBuilder endpoint, int status, params int[] others) =>
        endpoint.Says(new Answered(status, typeof(TView), null, [], others));

    /// <summary>The endpoint answers without a body (204).</summary>
    public static IEndpointConventionBuilder AnswersNothing(this IEndpointConventionBuilder endpoint, params int[] others) =>
        endpoint.Says(new Answered(204, null, null, [], others));

    /// <summary>The endpoint answers with a collection under the name <paramref name="embedded"/>, and accepts these query parameters.</summary>
    public static IEndpointConventionBuilder AnswersCollection<TView>(
        this IEndpointConventionBuilder endpoint,
        string embedded,
        IReadOnlyList<string> parameters
    ) => endpoint.Says(new Answered(200, typeof(TView), embedded, parameters, [400]));

    /// <summary>The endpoint answers with a plain array, without links.</summary>
    public static IEndpointConventionBuilder AnswersList<TView>(this IEndpointConventionBuilder endpoint) =>
        endpoint.Says(new Answered(200, typeof(TView[]), null, [], []));

    /// <summary>The parameters of its path are texts, unless the endpoint declares them as numbers.</summary>
    public static IEndpointConventionBuilder KeyedByText(this IEndpointConventionBuilder endpoint) => endpoint.Says(new TextInPath());

    /// <summary>The field that may change, its allowed words, and the fields of each word.</summary>
    internal static IEndpointConventionBuilder Changes(
        this IEndpointConventionBuilder endpoint,
        string field,
        IReadOnlyList<string> words,
        IReadOnlyList<Taken> data
    ) => endpoint.Says(new Changed(field, words, data));

    /// <summary>A required query parameter: a text, or else a whole number.</summary>
    public static IEndpointConventionBuilder AskedBy(this IEndpointConventionBuilder endpoint, string parameter, bool isText = false) =>
        endpoint.Says(new Needed(parameter, isText));

    private static IEndpointConventionBuilder Says(this IEndpointConventionBuilder endpoint, object said)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        endpoint.Add(built => built.Metadata.Add(said));
        return endpoint;
    }

    internal sealed record TextInPath;

    internal sealed record Needed(string Parameter, bool IsText);

    internal sealed record Taken(Type Record, IReadOnlyList<RequestField> Fields);

    /// <summary>Whether it is a POST with a body, to a path without parameters.</summary>
    internal static bool TakesPost(Endpoint endpoint) =>
        endpoint is RouteEndpoint { RoutePattern.Parameters.Count: 0 }
        && endpoint.Metadata.GetMetadata<Taken>() is not null
        && endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is ["POST"];

    internal sealed record Changed(string Field, IReadOnlyList<string> Words, IReadOnlyList<Taken> Data);

    internal sealed record Answered(int Status, Type? View, string? Embedded, IReadOnlyList<string> Parameters, IReadOnlyList<int> Others);
}
