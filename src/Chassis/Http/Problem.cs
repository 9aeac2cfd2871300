using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>
/// An error in the form of RFC 9457: <c>application/problem+json</c> with title, status and details.
/// </summary>
public sealed class Problem : IResult, IStatusCodeHttpResult
{
    /// <param name="status">The HTTP status, 400 to 599.</param>
    public Problem(int status) => Status = status;

    /// <summary>The HTTP status, 400 to 599.</summary>
    public int Status { get; }

    /// <summary>The message or status word; null if there is none.</summary>
    public string? Detail { get; init; }

    /// <summary>All wrong fields or parameters, each with a sentence about the error.</summary>
    public IReadOnlyDictionary<string, string>? Errors { get; init; }

    /// <summary>The title; by default from the status.</summary>
    public string? Title { get; init; }

    /// <summary>The reason of another party that refused; null if there is none.</summary>
    public string? Reason { get; init; }

    /// <summary>The absolute address of the request, if it was recorded despite the error.</summary>
    public string? Location { get; init; }

    /// <summary>The time until a retry; sent in whole seconds, rounded up, at least 1.</summary>
    public TimeSpan? RetryAfter { get; init; }

    int? IStatusCodeHttpResult.StatusCode => Status;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = "application/problem+json";
        if (Location is not null)
            response.Headers.Location = Location;
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = WholeSeconds(wait).ToString(CultureInfo.InvariantCulture);
        var buffer = JsonBuffer.Rent();
        Write(buffer);
        return buffer.SendAsync(response);
    }

    private static long WholeSeconds(TimeSpan wait) => Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));

    private void Write(JsonBuffer buffer)
    {
        var json = buffer.Json;
        json.WriteStartObject();
        json.WriteString("title"u8, Title ?? TitleOf(Status));
        json.WriteNumber("status"u8, Status);
        if (Detail is not null)
            json.WriteString("detail"u8, Detail);
        if (Reason is not null)
            json.WriteString("reason"u8, Reason);
        if (Errors is not null)
        {
            json.WriteStartObject("errors"u8);
            foreach (var (name, why) in Errors)
                json.WriteString(name, why);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.Flush();
    }

    private static string TitleOf(int status) =>
        status switch
        {
            400 => "The request is not right",
            401 => "Please sign in",
            403 => "This is not yours to see or change",
            404 => "There is no such thing here",
            405 => "This cannot be done here",
            406 => "The answer is not available in a form you accept",
            408 => "The request did not arrive in time",
            409 => "This is not possible now",
            412 => "It has changed since you last saw it",
            413 => "The request is too large",
            415 => "The request must be JSON",
            421 => "This host is not served here",
            422 => "This key belongs to another request",
            429 => "Too many requests, please try later",
            503 => "Too busy or not available now, please try later",
            504 => "Another service did not answer in time",
            < 500 => "The request cannot be answered",
            _ => "Something went wrong on our side",
        };
}
