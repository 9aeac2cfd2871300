namespace Mannam.Law.Payment;

internal static class Api
{
    private static readonly Resource<Payment, PaymentState> Payments = new("payment", "payment", p => p.PaymentId, "consultId");

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPayments<Payment, PaymentState, ApprovalRequest>(
            Payments,
            "/payment/approve",
            Wanted,
            approval => approval.AsResultCode()
        );

    private static WantedPayment<Payment> Wanted(ApprovalRequest asked, Settings settings) =>
        new(asked.ConsultId, asked.PayAmount)
        {
            Fill = payment => payment.PayType = asked.PayType,
            Refuse = () =>
                settings.Get(PaymentService.Suspended).Contains(asked.PayType)
                    ? PaymentProblems.Refuse($"{PayType.Names[asked.PayType]} 결제는 일시적으로 중단됩니다.")
                    : null,
        };
}
