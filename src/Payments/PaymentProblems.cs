using Mannam.Abstractions;
using Mannam.Http;

namespace Mannam.Payments;

/// <summary>402: the payment was declined.</summary>
public static class PaymentProblems
{
    private const string Title = "The payment was declined";
    private const int Status = 402;

    /// <summary>The answer to the request.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="detail">The document's message; the reason unless given.</param>
    /// <param name="location">The request that was recorded all the same.</param>
    public static Problem Declined(string reason, string? detail = null, string? location = null) =>
        new(Status)
        {
            Title = Title,
            Reason = reason,
            Detail = detail ?? reason,
            Location = location,
        };

    /// <summary>The refusal of a command.</summary>
    /// <param name="reason">Why.</param>
    public static Refusal Refuse(string? reason) => new((RefusalKind)Status, reason ?? "declined") { Title = Title };
}
