namespace Mannam.Taxi.Payment;

/// <summary>A rider's payment for a request.</summary>
[Table("payments")]
internal sealed class Payment(long key) : Payments.Payment(key, "taxi", ApprovedWord)
{
    public const string ApprovedWord = "Approved";
    public const string CancelWord = "Cancel";

    public long MatchId => Key;
    public long Price => Amount;
    public string? PaymentAction => Status;
    public string? Customer { get; private set; }
    public string? StartingPoint { get; private set; }
    public string? Destination { get; private set; }

    /// <summary>Notes the ride that it is for.</summary>
    public void For(string customer, string startingPoint, string destination) =>
        (Customer, StartingPoint, Destination) = (customer, startingPoint, destination);

    protected override IEvent Approved() => As<PaymentApproved>();

    protected override IEvent Cancelled() => As<PaymentCancelled>();
}
