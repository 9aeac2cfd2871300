namespace Mannam.Taxi.Payment;

/// <summary>결제: the rider pays with the request. The money goes back when the request is cancelled.</summary>
internal static class PaymentService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Payment>("결제", key => new Payment(key)) { Port = 8083, Rank = Rank.General }
            .StoredInPostgreSql()
            .Serving(Api.Map, "payments")
            .Paying(LateApproval.GivenBack)
            .Publishing<PaymentApproved, PaymentCancelled>()
            .WithPolicies(typeof(Policies));
}
