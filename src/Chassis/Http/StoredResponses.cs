using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mannam.Http;

/// <summary>An answer that can be stored before it is sent.</summary>
internal interface IStorableResult
{
    /// <summary>Creates the stored form.</summary>
    public StoredResponse Store(HttpContext http);
}

/// <summary>Stores answers before they are sent, and sends stored answers.</summary>
internal static class StoredResponses
{
    /// <summary>Runs the endpoint, and holds back its body. Status and headers are already in the response.</summary>
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

    /// <summary>Creates the stored form of an answer.</summary>
    public static StoredResponse ToStoredResponse(this IResult answer, HttpContext http) =>
        answer is IStorableResult storable
            ? storable.Store(http)
            : throw new InvalidOperationException($"{answer.GetType().Name} cannot be stored");

    /// <summary>Sends a stored answer again.</summary>
    public static IResult AsResult(this StoredResponse stored) => new Replayed(stored);

    /// <summary>Sends the body that was held back. An empty body is not sent, so that errors can still get their form.</summary>
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
