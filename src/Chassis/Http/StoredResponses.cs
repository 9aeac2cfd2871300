using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mannam.Http;

/// <summary>An answer that can be written before it is sent.</summary>
internal interface IStorableResult
{
    /// <summary>Writes it.</summary>
    public StoredResponse Store(HttpContext http);
}

/// <summary>Answers that are kept before they are sent, and sent again.</summary>
internal static class StoredResponses
{
    /// <summary>Lets the endpoint answer, and keeps what it says from the client for now. Its status and headers are the response's already.</summary>
    public static async Task<StoredResponse> CaptureAsync(HttpContext http, RequestDelegate endpoint)
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

    /// <summary>Writes an answer before it is sent.</summary>
    public static StoredResponse ToStoredResponse(this IResult answer, HttpContext http) =>
        answer is IStorableResult storable
            ? storable.Store(http)
            : throw new InvalidOperationException($"{answer.GetType().Name} cannot be stored");

    /// <summary>Sends it again.</summary>
    public static IResult AsResult(this StoredResponse stored) => new Replayed(stored);

    /// <summary>Sends what was kept back of the response under way. An empty body is none, so that errors can still be given their form.</summary>
    public static async Task SendBodyAsync(this StoredResponse stored, HttpResponse response)
    {
        if (stored.Body.Length == 0)
            return;
        response.ContentLength = stored.Body.Length;
        await response.Body.WriteAsync(stored.Body);
    }

    private sealed class Replayed(StoredResponse stored) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = stored.Status;
            response.ContentType = stored.ContentType;
            if (stored.Location is not null)
                response.Headers.Location = stored.Location;
            if (stored.ETag is not null)
                response.Headers.ETag = stored.ETag;
            await stored.SendBodyAsync(response);
        }
    }
}
