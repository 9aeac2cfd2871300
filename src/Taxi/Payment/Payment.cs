using Mannam.Chassis.Messaging;
using Mannam.Chassis.Storage;
using Mannam.Taxi.Events;

namespace Mannam.Taxi.Payment;

/// <summary>What a rider paid for a request.</summary>
internal sealed class Payment(long key) : Payments.Payment(key)
{
    public const string ApprovedWord = "Approved";
    public const string CancelWord = "Cancel";

    public string? Customer { get; private set; }
    public string? StartingPoint { get; private set; }
    public string? Destination { get; private set; }

    public override string Charge => $"taxi-{Key}";

    /// <summary>The provider has taken the price.</summary>
    public Decision Approve(long price, string customer, string startingPoint, string destination)
    {
        if (IsNew)
            (Customer, StartingPoint, Destination) = (customer, startingPoint, destination);
        return Approve(price, ApprovedWord);
    }

    protected override IEvent Approved() => new PaymentApproved(Key, Amount, Customer!, StartingPoint!, Destination!, Status!);

    protected override IEvent Cancelled() => new PaymentCancelled(Key, Amount, Customer!, StartingPoint!, Destination!, Status!);
}
