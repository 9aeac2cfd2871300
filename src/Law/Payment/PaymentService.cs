using Mannam.Law.Events;
using Mannam.Payments.Faces;

namespace Mannam.Law.Payment;

/// <summary>결제관리: the fee is taken once, and goes back when the client cancels or is turned away.</summary>
internal static class PaymentService
{
    public static readonly Setting<IReadOnlyList<string>> Suspended = Setting.SomeOf(
        "Suspended",
        "",
        "pay types that are not taken at the moment",
        [.. PayType.Names.Keys]
    );

    private static readonly Resource<Payment, PaymentState> Payments = new(
        "payment",
        "payment",
        p => p.PaymentId,
        "consultId",
        LawJson.Instance.PaymentState
    );

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Payment>("결제관리", key => new Payment(key))
        {
            Port = 8082,
            Rank = Rank.General,
            Settings = [Suspended],
        }
            .StoredInPostgreSql()
            .Serving(routes =>
                routes.MapPayments<Payment, PaymentState, ApprovalRequest>(
                    Payments,
                    "/payment/approve",
                    Wanted,
                    approval => approval.AsResultCode()
                )
            )
            .Paying(LateApproval.Counts, "payment_ids")
            .Publishing<PaymentApproved, PaymentCancelled, PaymentDisabled>()
            .Whenever<ConsultCancelled>(Policies.Whenever)
            .Whenever<ScheduleDenied>(Policies.Whenever);

    private static WantedPayment<Payment> Wanted(ApprovalRequest asked, Settings settings) =>
        new(asked.ConsultId, asked.PayAmount)
        {
            Fill = payment => payment.PayType = asked.PayType,
            Refuse = () =>
                settings.Get(Suspended).Contains(asked.PayType)
                    ? PaymentProblems.Refuse($"{PayType.Names[asked.PayType]} 결제는 일시적으로 중단됩니다.")
                    : null,
        };
}
