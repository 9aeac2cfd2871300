using Mannam.Payments.Faces;
using Mannam.Taxi.Events;

namespace Mannam.Taxi.Payment;

/// <summary>결제, general: the rider pays with the request, and gets the money back when it is cancelled.</summary>
internal static class PaymentService
{
    private static readonly Resource<Payment, PaymentView> Payments = new("payments", "payment", p => p.Key, TaxiJson.Instance.PaymentView)
    {
        Version = p => p.Version,
        Visible = p => p.Status != null,
    };

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Payment>("결제", key => new Payment(key))
        {
            Paths = ["payments"],
            Port = 8083,
            Rank = Rank.General,
        }
            .StoredInPostgreSql()
            .Serving(routes =>
                routes.MapPayments<Payment, PaymentView, ApprovalRequest>(
                    Payments,
                    "/payments",
                    Wanted,
                    approval => approval.AsResource(Payments)
                )
            )
            .Paying(LateApproval.GivenBack)
            .Publishing<PaymentApproved, PaymentCancelled>()
            .Whenever<CatchCancelled>(Policies.Whenever);

    private static WantedPayment<Payment> Wanted(ApprovalRequest asked, Settings _) =>
        new(asked.MatchId, asked.Price) { Fill = payment => payment.For(asked.Customer, asked.StartingPoint, asked.Destination) };
}

/// <summary>The resource as it is shown.</summary>
internal sealed record PaymentView(
    long MatchId,
    long Price,
    string? PaymentAction,
    string? Customer,
    string? StartingPoint,
    string? Destination
);
