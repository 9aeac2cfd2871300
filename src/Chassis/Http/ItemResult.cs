using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>Answers with one item.</summary>
internal sealed class ItemResult<TEntity, TView>(Resource<TEntity, TView> resource, TEntity entity, int status)
    : IResult,
        IStatusCodeHttpResult,
        IStorableResult
    where TEntity : class
{
    int? IStatusCodeHttpResult.StatusCode => status;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        if (status == StatusCodes.Status201Created)
            httpContext.Response.Headers.Location = resource.Location(httpContext, entity);
        return SendAsync(httpContext, resource, entity);
    }

    public StoredResponse Store(HttpContext http)
    {
        var buffer = JsonBuffer.Rent();
        resource.Write(buffer, entity, resource.Href(http.Request));
        var body = buffer.Written.ToArray();
        buffer.Return();
        return new(
            status,
            status == StatusCodes.Status201Created ? resource.Location(http, entity) : null,
            MediaTypes.Of(http.Request) ?? MediaTypes.Hal,
            resource.Version is { } version ? Preconditions.Tag(version(entity)) : null,
            body
        );
    }

    public static Task SendAsync(HttpContext http, Resource<TEntity, TView> resource, TEntity entity)
    {
        var response = http.Response;
        if (resource.Version is { } version)
            response.Headers.ETag = Preconditions.Tag(version(entity));
        response.Headers.Vary = "Accept";
        response.ContentType = MediaTypes.Of(http.Request) ?? MediaTypes.Hal;
        var buffer = JsonBuffer.Rent();
        resource.Write(buffer, entity, resource.Href(http.Request));
        return buffer.SendAsync(response);
    }
}
