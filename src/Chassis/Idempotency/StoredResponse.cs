using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mannam.Chassis.Idempotency;

/// <summary>An answer as it is told again: by status, headers and body.</summary>
internal sealed record StoredResponse(int Status, string? Location, string? ContentType, string? ETag, byte[] Body) : IResult
{
    /// <summary>Lets the endpoint answer, and keeps what it says from the client for now. Its status and headers are the response's already.</summary>
    public static async Task<StoredResponse> OfAsync(HttpContext http, RequestDelegate endpoint)
    {
        var server = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var body = new MemoryStream();
        var kept = new StreamResponseBodyFeature(body, server);
        http.Features.Set<IHttpResponseBodyFeature>(kept);
        try
        {
            await endpoint(http);
            await kept.Writer.FlushAsync();
        }
        finally
        {
            http.Features.Set(server);
        }
        var headers = http.Response.Headers;
        return new(http.Response.StatusCode, headers.Location, http.Response.ContentType, headers.ETag, body.ToArray());
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        if (Location is not null)
            response.Headers.Location = Location;
        if (ETag is not null)
            response.Headers.ETag = ETag;
        await SendBodyAsync(response);
    }

    /// <summary>Sends what was kept back of the response under way. An empty body is none, so that errors can still be given their form.</summary>
    public async Task SendBodyAsync(HttpResponse response)
    {
        if (Body.Length == 0)
            return;
        response.ContentLength = Body.Length;
        await response.Body.WriteAsync(Body);
    }
}

/// <summary>An answer that can be written before it is sent.</summary>
internal interface IStorableResult
{
    public StoredResponse Store(HttpContext http);
}
