using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>How a decision's refusal is told over HTTP.</summary>
public static class RefusalProblems
{
    /// <summary>The problem document of a refusal.</summary>
    /// <param name="refusal">Why the command was refused.</param>
    /// <param name="location">The request that was recorded all the same.</param>
    public static Problem AsProblem(this Refusal refusal, string? location = null)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return refusal.Kind switch
        {
            RefusalKind.Malformed => Problems.BadRequest(refusal.Field ?? "", refusal.Detail ?? ""),
            RefusalKind.NotFound => Problems.NotFound(refusal.Detail),
            RefusalKind.Conflict => Problems.Conflict(refusal.Detail ?? "", refusal.RetryAfter),
            RefusalKind.Unavailable => Problems.Unavailable(refusal.Detail, refusal.RetryAfter ?? TimeSpan.FromSeconds(1), location),
            RefusalKind.PreconditionFailed => Problems.PreconditionFailed(),
            // A package's own kind.
            var kind => new((int)kind)
            {
                Title = refusal.Title,
                Detail = refusal.Detail,
                Reason = refusal.Detail,
                Location = location,
            },
        };
    }

    /// <summary>Honours If-Match: a decision that would change an aggregate whose version is another one is refused. What holds already, and 404, come first.</summary>
    public static Decision IfMatch(this Decision decision, HttpContext http, Aggregate aggregate)
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        var holds = decision.Refusal is null && decision.Messages.Length == 0;
        return holds || decision.Refusal?.Kind is RefusalKind.NotFound || Preconditions.Matches(http, aggregate.Version)
            ? decision
            : new Decision(new Refusal(RefusalKind.PreconditionFailed), []);
    }
}
