using Mannam.Abstractions;
using Mannam.Law.Events;
using Mannam.Payments;

namespace Mannam.Law.Payment;

/// <summary>What a client paid for a consult.</summary>
internal sealed class Payment(long key) : NumberedPayment(key, "law", "APPROVED")
{
    public const string Cancel = "CANCELLED";
    public const string Disable = "DISABLED";

    /// <summary>How it is paid.</summary>
    public string PayType { get; set; } = "";

    protected override IEvent Approved() => Told<PaymentApproved>();

    protected override IEvent Cancelled() => Status == Disable ? Told<PaymentDisabled>() : Told<PaymentCancelled>();

    /// <summary>It as it is now: shown, or told by an event.</summary>
    public T Told<T>()
        where T : PaymentState, new() =>
        new()
        {
            PaymentId = PaymentId!.Value,
            PayType = PayType,
            PayAmount = Amount,
            ConsultId = Key,
            PaymentStatus = Status!,
        };
}
