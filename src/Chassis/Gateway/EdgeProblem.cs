using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Mannam.Gateway;

/// <summary>The edge's own errors, as RFC 9457 problem documents.</summary>
internal static class EdgeProblem
{
    public const string ContentType = "application/problem+json";

    public static Task NotFound(HttpContext context) => WriteAsync(context, 404, "Not found", "Nothing is served at this path.");

    public static Task Unavailable(HttpContext context, string detail)
    {
        context.Response.Headers.RetryAfter = "1";
        return WriteAsync(context, 503, "Unavailable", detail);
    }

    public static Task WriteAsync(HttpContext context, int status, string title, string detail)
    {
        var body = Body(status, title, detail);
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, CancellationToken.None).AsTask();
    }

    public static byte[] Body(int status, string title, string detail) =>
        JsonSerializer.SerializeToUtf8Bytes(new(title, status, detail), EdgeJson.Default.ProblemDocument);

    /// <summary>The title of a status.</summary>
    public static string TitleOf(int status) =>
        status switch
        {
            400 => "Malformed request",
            408 => "Request not complete in time",
            413 => "Request too large",
            414 => "Address too long",
            431 => "Headers too large",
            505 => "HTTP version not supported",
            _ => "Error " + status.ToString(CultureInfo.InvariantCulture),
        };
}

/// <summary>A problem document.</summary>
internal sealed record ProblemDocument(string Title, int Status, string Detail);
