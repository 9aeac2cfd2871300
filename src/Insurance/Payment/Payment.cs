namespace Mannam.Insurance.Payment;

/// <summary>A customer's payment of the premium.</summary>
[Table("payments")]
internal sealed class Payment(long key) : NumberedPayment(key, "insurance", "approvePayment")
{
    public const string Cancel = "cancelPayment";
    public const string Refuse = "cancelPayment_refused";

    public long SubscriptionId => Key;
    public string? PaymentStatus => Status;
    public long Premium => Amount;

    protected override IEvent Approved() => As<PaymentApproved>();

    protected override IEvent Cancelled() => As<PaymentCancelled>();
}
