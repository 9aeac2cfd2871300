namespace Mannam.Law.Consult;

/// <summary>상담관리: clients ask for advice, pay for it, and may cancel.</summary>
internal static class ConsultService
{
    public static readonly Setting<IReadOnlyList<Price>> Fees = PriceList.Setting(
        "Fees",
        "",
        "the fee of each kind of advice, such as 전화=30000; empty: every amount is accepted"
    );

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Consult>("상담관리", key => new Consult(key)) { Port = 8081 }
            .WithSetting(Fees)
            .StoredInPostgreSql()
            .AskingPayment(
                PeerCall.To("law.payment", "Payment", timeout: 3000, "payment-url"),
                ResultCodePaymentApi.Asking<Consult, ApprovalRequest>("payment/approve")
            )
            .Serving(Api.Map)
            .WithIdSequence("consult_ids")
            .Publishing<ConsultMade, ConsultPayed, ConsultCancelled, ConsultDenied>()
            .WithPolicies(typeof(Policies));
}
