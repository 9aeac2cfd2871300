using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Mannam.Http;

/// <summary>
/// A request, bound to the record that declares its fields: the argument of an endpoint's handler.
/// <code>
/// internal sealed record TakePickUp([Id] long MatchId, string Driver, string? Customer);
///
/// private static async Task&lt;IResult&gt; TakeAsync(BoundRequest&lt;TakePickUp&gt; request, Repository&lt;Match&gt; matches)
/// {
///     if (request.Problem is { } refused)
///         return refused;
///     var (matchId, driver, customer) = request.Fields;
/// </code>
/// The record's types and attributes are the fields' rules, and OpenAPI shows them (<see cref="RequestBinder{TFields}"/>). One answer lists all errors.
/// </summary>
/// <typeparam name="TFields">The record.</typeparam>
public sealed class BoundRequest<TFields> : IBindableFromHttpContext<BoundRequest<TFields>>, IEndpointParameterMetadataProvider
    where TFields : class
{
    private readonly RequestFields _fields;

    private BoundRequest(RequestFields fields)
    {
        _fields = fields;
        Fields = RequestBinder<TFields>.Bind(fields);
    }

    /// <summary>The fields. A wrong or missing field is empty, 0 or null, so check <see cref="Problem"/> before you use them.</summary>
    public TFields Fields { get; }

    /// <summary>
    /// The problem document for an invalid request; null if nothing is wrong: 408, 413, 415, 400 for an unreadable body, otherwise 400 that names every
    /// wrong field.
    /// </summary>
    public Problem? Problem => _fields.Problem;

    /// <summary>Adds an error for a rule that depends on more than the request. The first error of a field stays.</summary>
    /// <param name="name">The field's name in JSON.</param>
    /// <param name="why">The error, as a sentence.</param>
    public void Reject(string name, string why) => _fields.Reject(name, why);

    /// <summary>True if the field was sent, even as <c>null</c>.</summary>
    /// <param name="name">The field's name in JSON.</param>
    public bool Has(string name) => _fields.Has(name);

    /// <summary>Reads and binds the request. ASP.NET Core calls it before the handler. No input of a client makes it throw.</summary>
    static ValueTask<BoundRequest<TFields>?> IBindableFromHttpContext<BoundRequest<TFields>>.BindAsync(
        HttpContext context,
        ParameterInfo parameter
    )
    {
        var reading = RequestFields.ReadAsync(context);
        return reading.IsCompletedSuccessfully ? new(new BoundRequest<TFields>(reading.Result)) : AwaitAsync(reading);
    }

    private static async ValueTask<BoundRequest<TFields>?> AwaitAsync(ValueTask<RequestFields> reading) => new(await reading);

    /// <summary>Describes the fields for OpenAPI. ASP.NET Core calls it when the endpoint is created.</summary>
    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new EndpointDescription.Taken(typeof(TFields), RequestBinder<TFields>.Declared));
}
