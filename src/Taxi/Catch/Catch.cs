namespace Mannam.Taxi.Catch;

/// <summary>A rider's request for a taxi: from where, to where, at which price. Its id is the saga's correlation key.</summary>
[Table("catches")]
internal sealed class Catch(long key) : Aggregate(key), IPaidRequest
{
    public const string Requested = "requested";
    public const string Approve = "approve";
    public const string PickupAssigned = "PickupAssigned";
    public const string PickupCancelled = "PickupCancelled";
    public const string Cancelled = "Cancel";

    public long Id => Key;

    /// <summary>In won, 1 to 100,000,000.</summary>
    public long Price { get; private set; }
    public string StartingPoint { get; private set; } = "";
    public string Destination { get; private set; } = "";
    public string Customer { get; private set; } = "";

    /// <summary><c>requested</c> (payment not known yet) → <c>approve</c> (paid) → <c>PickupAssigned</c> ⇄ <c>PickupCancelled</c>; all → <c>Cancel</c>, which is
    /// final.</summary>
    public string Status { get; private set; } = "";

    /// <summary>The state of the request itself, whatever its driver does.</summary>
    public RequestState RequestState =>
        Status switch
        {
            Requested => RequestState.Pending,
            Cancelled => RequestState.Ended,
            _ => RequestState.Active,
        };

    /// <summary>A rider requests a taxi. Payment is asked next.</summary>
    public static Catch Request(long id, long price, string startingPoint, string destination, string customer) =>
        new(id)
        {
            Price = price,
            StartingPoint = startingPoint,
            Destination = destination,
            Customer = customer,
            Status = Requested,
        };

    /// <summary>Payment approved it. Before this answer arrived, a driver may have taken it and the rider may have cancelled it.</summary>
    public Decision Paid()
    {
        if (Status == Requested)
            Status = Approve;
        return Decision.Happened();
    }

    /// <summary>Payment declined it, or the outcome is not known: the request ends, and money that was taken goes back. It ends also when a driver has taken
    /// it meanwhile, because the rider is told that it failed.</summary>
    public Decision NotPaid() => Status is Cancelled or Approve ? Decision.NoChange : End();

    /// <summary>A crash left it without an outcome, and nobody waits for an answer: it ends, unless an event has shown that it is paid.</summary>
    public Decision Abandoned() => Status == Requested ? End() : Decision.NoChange;

    /// <summary>The rider cancels. That is not possible while payment is asked.</summary>
    public Decision Cancel() =>
        this switch
        {
            { IsNew: true } => Decision.NotFound,
            { Status: Cancelled } => Decision.NoChange,
            { Status: Requested } => Decision.Conflict(Requested),
            _ => End(),
        };

    private Decision End()
    {
        Status = Cancelled;
        return Decision.Happened(As<CatchCancelled>());
    }

    /// <summary>A driver took it, or gave it up. A cancelled request stays cancelled.</summary>
    public void Follow(string status)
    {
        if (!IsNew && Status != Cancelled)
            Status = status;
    }
}
