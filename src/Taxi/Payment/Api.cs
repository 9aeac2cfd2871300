namespace Mannam.Taxi.Payment;

internal static class Api
{
    private static readonly Resource<Payment, PaymentView> Payments = new("payments", "payment", p => p.Key)
    {
        Visible = p => p.Status != null,
    };

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPayments<Payment, PaymentView, ApprovalRequest>(Payments, "/payments", Wanted, approval => approval.AsResource(Payments));

    private static WantedPayment<Payment> Wanted(ApprovalRequest asked, Settings _) =>
        new(asked.MatchId, asked.Price) { Fill = payment => payment.For(asked.Customer, asked.StartingPoint, asked.Destination) };
}

/// <summary>A payment, as it is shown.</summary>
internal sealed record PaymentView(
    long MatchId,
    long Price,
    string? PaymentAction,
    string? Customer,
    string? StartingPoint,
    string? Destination
);
