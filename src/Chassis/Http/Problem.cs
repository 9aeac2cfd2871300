using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>
/// An error as RFC 9457 has it: <c>application/problem+json</c> with a title for people, the status, and what is known beyond.
/// </summary>
public sealed class Problem : IResult, IStatusCodeHttpResult
{
    /// <param name="status">The HTTP status, 400 to 599.</param>
    public Problem(int status) => Status = status;

    /// <summary>The HTTP status, 400 to 599.</summary>
    public int Status { get; }

    /// <summary>The document's message or status word, where there is one.</summary>
    public string? Detail { get; init; }

    /// <summary>Every wrong field or parameter, with a sentence that tells what is wrong.</summary>
    public IReadOnlyDictionary<string, string>? Errors { get; init; }

    /// <summary>What people read first; by the status unless given.</summary>
    public string? Title { get; init; }

    /// <summary>Why somebody else refused what was asked; null where nobody did.</summary>
    public string? Reason { get; init; }

    /// <summary>The absolute address of the request that was recorded all the same.</summary>
    public string? Location { get; init; }

    /// <summary>How long to wait; told in whole seconds, rounded up, at least 1.</summary>
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
