using Mannam.Abstractions;
using Mannam.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Payments;

/// <summary>What a request for an approval asks for.</summary>
/// <param name="Key">The correlation key of the saga that is paid.</param>
/// <param name="Amount">Won.</param>
public sealed record WantedPayment<TPayment>(long Key, long Amount)
{
    /// <summary>Fills in the fields that the system adds to a payment, such as who pays.</summary>
    public Action<TPayment> Fill { get; init; } = _ => { };

    /// <summary>Returns why the provider must not be asked, or null. Unless set, it is asked.</summary>
    public Func<Refusal?>? Refuse { get; init; }
}

/// <summary>The routes of a payment service.</summary>
public static class PaymentEndpoints
{
    /// <summary>GET of the payments, and the internal POST that approves one. The POST is idempotent by the saga's key.</summary>
    /// <param name="routes">Of the service.</param>
    /// <param name="payments">The payments as they are shown.</param>
    /// <param name="path">Where approvals are asked for.</param>
    /// <param name="wanted">What the request asks for, by the settings as they are now.</param>
    /// <param name="answer">The answer, by <see cref="ResourcePaymentApi"/> or <see cref="ResultCodePaymentApi"/>.</param>
    /// <typeparam name="TPayment">The system's payment.</typeparam>
    /// <typeparam name="TView">How it is shown.</typeparam>
    /// <typeparam name="TFields">The fields of the request.</typeparam>
    public static void MapPayments<TPayment, TView, TFields>(
        this IEndpointRouteBuilder routes,
        Resource<TPayment, TView> payments,
        string path,
        Func<TFields, Settings, WantedPayment<TPayment>> wanted,
        Func<Approval<TPayment>, IResult> answer
    )
        where TPayment : Payment
        where TFields : class
    {
        routes.MapReads(payments);
        routes.MapPost(path, ApproveAsync).Internal();

        async Task<IResult> ApproveAsync(
            BoundRequest<TFields> request,
            HttpContext http,
            PaymentApprovals<TPayment> approvals,
            Settings settings
        ) =>
            request.Problem is { } refused
                ? refused
                : answer(await approvals.ApproveAsync(wanted(request.Fields, settings), RequestContext.Repeatable(http)));
    }
}
