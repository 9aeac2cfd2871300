using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Mannam.Http;

/// <summary>
/// A request, bound to the record that declares its fields: what an endpoint's handler takes.
/// <code>
/// internal sealed record TakePickUp([Id] long MatchId, string Driver, string? Customer);
///
/// private static async Task&lt;IResult&gt; TakeAsync(BoundRequest&lt;TakePickUp&gt; request, Repository&lt;Match&gt; matches)
/// {
///     if (request.Problem is { } refused)
///         return refused;
///     var (matchId, driver, customer) = request.Fields;
/// </code>
/// The record's types and attributes are the fields' rules, and what OpenAPI shows (<see cref="RequestBinder{TFields}"/>). All that is wrong is told in one answer.
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

    /// <summary>The fields. One that is wrong or missing is empty, 0 or null: ask <see cref="Problem"/> before they are used.</summary>
    public TFields Fields { get; }

    /// <summary>
    /// Why the request cannot be taken, ready to be returned; null when nothing is wrong: 408, 413, 415, 400 for a body that cannot be read, else 400 that
    /// names every wrong field.
    /// </summary>
    public Problem? Problem => _fields.Problem;

    /// <summary>Notes that a field is wrong, for a rule that depends on more than the request; the first error of a field stays.</summary>
    /// <param name="name">The field, as it is called on the wire.</param>
    /// <param name="why">A sentence.</param>
    public void Reject(string name, string why) => _fields.Reject(name, why);

    /// <summary>True when the field was sent, be it <c>null</c>.</summary>
    /// <param name="name">The field, as it is called on the wire.</param>
    public bool Has(string name) => _fields.Has(name);

    /// <summary>Reads and binds the request. ASP.NET Core calls it before the handler. It never throws for what a client can send.</summary>
    static ValueTask<BoundRequest<TFields>?> IBindableFromHttpContext<BoundRequest<TFields>>.BindAsync(
        HttpContext context,
        ParameterInfo parameter
    )
    {
        var reading = RequestFields.ReadAsync(context);
        return reading.IsCompletedSuccessfully ? new(new BoundRequest<TFields>(reading.Result)) : AwaitAsync(reading);
    }

    private static async ValueTask<BoundRequest<TFields>?> AwaitAsync(ValueTask<RequestFields> reading) => new(await reading);

    /// <summary>Tells OpenAPI of the fields. ASP.NET Core calls it when the endpoint is made.</summary>
    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new EndpointDescription.Taken(typeof(TFields), RequestBinder<TFields>.Declared));
}
