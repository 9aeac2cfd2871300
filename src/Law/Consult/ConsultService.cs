using Mannam.Law.Events;
using Mannam.Payments.Faces;

namespace Mannam.Law.Consult;

/// <summary>상담관리: clients ask for advice, pay for it, and may cancel.</summary>
internal static class ConsultService
{
    public static readonly Setting<IReadOnlyList<Price>> Fees = PriceList.Setting(
        "Fees",
        "",
        "the fee of each kind of advice, such as 전화=30000; without any, every amount will do"
    );

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Consult>("상담관리", key => new Consult(key)) { Port = 8081, Settings = [Fees] }
            .StoredInPostgreSql()
            .AskingPayment(
                PeerCall.To("law.payment", "Payment", timeout: 3000, "payment-url"),
                ResultCodePaymentApi.Asking(
                    "payment/approve",
                    (Consult c) => new ApprovalRequest(c.Key, c.PayType, c.PayAmount, c.Mobile),
                    LawJson.Instance.ApprovalRequest
                )
            )
            .Serving(Api.Map)
            .WithIdSequence("consult_ids")
            .Publishing<ConsultMade, ConsultPayed, ConsultCancelled, ConsultDenied>()
            .Whenever<PaymentApproved>(Policies.Whenever)
            .Whenever<ScheduleDenied>(Policies.Whenever);
}
