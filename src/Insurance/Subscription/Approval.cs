using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Insurance.Events;
using Mannam.Payments;
using Mannam.Payments.Faces;

namespace Mannam.Insurance.Subscription;

/// <summary>Payment, asked synchronously: what is not paid is never visible to underwriters.</summary>
internal sealed class Approval(Peers peers) : PaymentCall<Subscription>(peers, "insurance.payment")
{
    public override Task<CallOutcome> AskAsync(Subscription request, MessageContext context) =>
        Call.AskAsync(
            context,
            "payments",
            new Asked(request.Key, request.Premium),
            SubscriptionJson.Default.Asked,
            ResourcePaymentApi.Understanding(
                InsuranceEvents.Language.PaymentState,
                paid =>
                    paid.SubscriptionId == request.Key && paid.Premium == request.Premium && paid.PaymentStatus == "approvePayment"
                        ? paid.PaymentId
                        : null
            )
        );
}

internal sealed record Asked(long SubscriptionId, long Premium);
