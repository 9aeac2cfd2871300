using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>Turns a decision's refusal into an HTTP answer.</summary>
public static class RefusalProblems
{
    /// <summary>The problem document of a refusal.</summary>
    /// <param name="refusal">The refusal.</param>
    /// <param name="location">The address of the request, if it was recorded despite the refusal.</param>
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

    /// <summary>Honours If-Match: refuses a decision that would change another version of the aggregate. Decisions without a change and 404 come first.</summary>
    public static Decision IfMatch(this Decision decision, HttpContext http, Aggregate aggregate)
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        var holds = decision.Refusal is null && decision.Messages.Length == 0;
        return holds || decision.Refusal?.Kind is RefusalKind.NotFound || Preconditions.Matches(http, aggregate.Version)
            ? decision
            : new Decision(new Refusal(RefusalKind.PreconditionFailed), []);
    }
}
