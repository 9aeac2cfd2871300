namespace Mannam.Insurance.Payment;

internal static class Api
{
    private static readonly Resource<Payment, PaymentState> Payments = new("payments", "payment", p => p.PaymentId, "subscriptionId");

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPayments<Payment, PaymentState, ApprovalRequest>(
            Payments,
            "/payments",
            (asked, _) => new(asked.SubscriptionId, asked.Premium),
            approval => approval.AsResource(Payments)
        );
}
