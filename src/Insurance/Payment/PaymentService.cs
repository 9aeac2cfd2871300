using Mannam.Insurance.Events;
using Mannam.Payments.Faces;

namespace Mannam.Insurance.Payment;

/// <summary>결제, general: the premium is taken with the application, and goes back when that is cancelled or refused.</summary>
internal static class PaymentService
{
    private static readonly Resource<Payment, PaymentState> Payments = new(
        "payments",
        "payment",
        p => p.PaymentId,
        "subscriptionId",
        InsuranceJson.Instance.PaymentState
    );

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Payment>("결제", key => new Payment(key))
        {
            Paths = ["payments"],
            Port = 8082,
            Rank = Rank.General,
        }
            .StoredInPostgreSql()
            .Serving(routes =>
                routes.MapPayments<Payment, PaymentState, ApprovalRequest>(
                    Payments,
                    "/payments",
                    Wanted,
                    approval => approval.AsResource(Payments)
                )
            )
            .Paying(LateApproval.GivenBack, "payment_ids")
            .Publishing<PaymentApproved, PaymentCancelled>()
            .Whenever<CancelRequested>(Policies.Whenever)
            .Whenever<SubscriptionRefused>(Policies.Whenever);

    private static WantedPayment<Payment> Wanted(ApprovalRequest asked, Settings _) => new(asked.SubscriptionId, asked.Premium);
}
