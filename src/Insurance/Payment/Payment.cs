using Mannam.Abstractions;
using Mannam.Insurance.Events;
using Mannam.Payments;

namespace Mannam.Insurance.Payment;

/// <summary>The premium that a customer paid for an application.</summary>
internal sealed class Payment(long key) : NumberedPayment(key, "insurance", "approvePayment")
{
    public const string Cancel = "cancelPayment";
    public const string Refuse = "cancelPayment_refused";

    protected override IEvent Approved() => Told<PaymentApproved>();

    protected override IEvent Cancelled() => Told<PaymentCancelled>();

    /// <summary>It as it is now: shown, or told by an event.</summary>
    public T Told<T>()
        where T : PaymentState, new() =>
        new()
        {
            PaymentId = PaymentId!.Value,
            PaymentStatus = Status!,
            SubscriptionId = Key,
            Premium = Amount,
        };
}
