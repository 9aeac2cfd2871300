using Mannam.Abstractions;
using Mannam.Taxi.Events;

namespace Mannam.Taxi.Payment;

/// <summary>What a rider paid for a request.</summary>
internal sealed class Payment(long key) : Payments.Payment(key, "taxi", ApprovedWord)
{
    public const string ApprovedWord = "Approved";
    public const string CancelWord = "Cancel";

    public string? Customer { get; private set; }
    public string? StartingPoint { get; private set; }
    public string? Destination { get; private set; }

    /// <summary>For which ride it is.</summary>
    public void For(string customer, string startingPoint, string destination) =>
        (Customer, StartingPoint, Destination) = (customer, startingPoint, destination);

    protected override IEvent Approved() => new PaymentApproved(Key, Amount, Customer!, StartingPoint!, Destination!, Status!);

    protected override IEvent Cancelled() => new PaymentCancelled(Key, Amount, Customer!, StartingPoint!, Destination!, Status!);
}
