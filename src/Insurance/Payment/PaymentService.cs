namespace Mannam.Insurance.Payment;

/// <summary>결제: takes the premium with the application. The premium goes back when the application is cancelled or refused.</summary>
internal static class PaymentService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Payment>("결제", key => new Payment(key)) { Port = 8082, Rank = Rank.General }
            .StoredInPostgreSql()
            .Serving(Api.Map, "payments")
            .Paying(LateApproval.GivenBack, "payment_ids")
            .Publishing<PaymentApproved, PaymentCancelled>()
            .WithPolicies(typeof(Policies));
}
