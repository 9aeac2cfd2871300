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
    /// <param name="detail">The message for people; the reason unless given.</param>
    /// <param name="location">The address of the request, where it was recorded.</param>
    public static Problem Declined(string reason, string? detail = null, string? location = null) =>
        new(Status)
        {
            Title = Title,
            Reason = reason,
            Detail = detail ?? reason,
            Location = location,
        };

    /// <summary>The refusal of a command.</summary>
    /// <param name="reason">Why; <c>declined</c> unless given.</param>
    public static Refusal Refuse(string? reason) => new((RefusalKind)Status, reason ?? "declined") { Title = Title };
}
