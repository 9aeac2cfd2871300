namespace Mannam.Http;

/// <summary>The errors of the REST conventions (spec README, "Errors"), as results for endpoints.</summary>
public static class Problems
{
    /// <summary>400: lists every wrong field or parameter.</summary>
    public static Problem BadRequest(IReadOnlyDictionary<string, string> errors) => new(400) { Errors = errors };

    /// <summary>400: one wrong field or parameter.</summary>
    public static Problem BadRequest(string field, string why) => BadRequest(new Dictionary<string, string> { [field] = why });

    /// <summary>400: the request as a whole cannot be read.</summary>
    public static Problem Malformed(string detail) => new(400) { Detail = detail };

    /// <summary>404: unknown, or an id that is not a number.</summary>
    public static Problem NotFound(string? detail = null) => new(404) { Detail = detail };

    /// <summary>406: Accept allows neither HAL nor JSON.</summary>
    public static Problem NotAcceptable() => new(406) { Detail = "Answers are application/hal+json or application/json." };

    /// <summary>408: the body was not complete in time.</summary>
    public static Problem Timeout(string? detail = null) => new(408) { Detail = detail };

    /// <summary>409: not possible in this state; <paramref name="status"/> is the status word. <paramref name="retryAfter"/> is set if waiting helps.</summary>
    public static Problem Conflict(string status, TimeSpan? retryAfter = null) => new(409) { Detail = status, RetryAfter = retryAfter };

    /// <summary>412: If-Match has another version than the current one.</summary>
    public static Problem PreconditionFailed() => new(412);

    /// <summary>413: the body is over 1 MiB.</summary>
    public static Problem TooLarge(string? detail = null) => new(413) { Detail = detail };

    /// <summary>415: the body is not JSON, or has no content type.</summary>
    public static Problem UnsupportedMediaType(string? detail = null) => new(415) { Detail = detail };

    /// <summary>422: an Idempotency-Key that was used with another body.</summary>
    public static Problem Unprocessable(string detail) => new(422) { Detail = detail };

    /// <summary>429: more requests than the rate allows.</summary>
    public static Problem TooManyRequests(TimeSpan retryAfter) => new(429) { RetryAfter = retryAfter };

    /// <summary>503: a dependency or the service itself is overloaded or down; <paramref name="location"/> is the request if it was recorded.</summary>
    public static Problem Unavailable(string? detail, TimeSpan retryAfter, string? location = null) =>
        new(503)
        {
            Detail = detail,
            RetryAfter = retryAfter,
            Location = location,
        };

    /// <summary>Any other status, from 400 to 599.</summary>
    public static Problem Of(int status, string? detail = null) => new(status) { Detail = detail };
}
