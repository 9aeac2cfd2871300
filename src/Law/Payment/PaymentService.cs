namespace Mannam.Law.Payment;

/// <summary>결제관리: takes the fee once. The fee goes back when the client cancels or is turned away.</summary>
internal static class PaymentService
{
    public static readonly Setting<IReadOnlyList<string>> Suspended = Setting.SomeOf(
        "Suspended",
        "",
        "pay types that are not taken at the moment",
        [.. PayType.Names.Keys]
    );

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Payment>("결제관리", key => new Payment(key)) { Port = 8082, Rank = Rank.General }
            .WithSetting(Suspended)
            .StoredInPostgreSql()
            .Serving(Api.Map)
            .Paying(LateApproval.Counts, "payment_ids")
            .Publishing<PaymentApproved, PaymentCancelled, PaymentDisabled>()
            .WithPolicies(typeof(Policies));
}
