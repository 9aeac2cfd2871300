namespace Mannam.Law.Payment;

/// <summary>A client's payment for a consult.</summary>
[Table("payments")]
internal sealed class Payment(long key) : NumberedPayment(key, "law", "APPROVED")
{
    public const string Cancel = "CANCELLED";
    public const string Disable = "DISABLED";

    public long ConsultId => Key;
    public long PayAmount => Amount;
    public string? PaymentStatus => Status;

    /// <summary>The way to pay, a word of <see cref="Events.PayType"/>.</summary>
    public string PayType { get; set; } = "";

    protected override IEvent Approved() => As<PaymentApproved>();

    protected override IEvent Cancelled() => Status == Disable ? As<PaymentDisabled>() : As<PaymentCancelled>();
}
