namespace Mannam.Taxi.Pickup;

/// <summary>A paid request and its driver. It is on the drivers' list (<c>CatchReqList</c>) while it has no driver, and a <c>PickUp</c> while it has one.</summary>
[Table("matches")]
internal sealed class Match(long key) : Aggregate(key)
{
    public long Id => Key;
    public long MatchId => Key;

    /// <summary>In won; null while the payment is not known.</summary>
    public long? Price { get; private set; }
    public string? StartingPoint { get; private set; }
    public string? Destination { get; private set; }
    public string? Customer { get; private set; }

    /// <summary>The driver who has it now.</summary>
    public string? Driver { get; private set; }

    /// <summary>The driver who gave it up last.</summary>
    public string? GivenUpBy { get; private set; }

    /// <summary>Whether it was cancelled. Then it never returns to the list.</summary>
    public bool Cancelled { get; private set; }

    /// <summary>Whether drivers see it: paid, not taken, not cancelled.</summary>
    public bool Listed { get; private set; }

    /// <summary>It is paid.</summary>
    public void Offer(PaymentApproved paid)
    {
        (Price, StartingPoint, Destination, Customer) = (paid.Price, paid.StartingPoint, paid.Destination, paid.Customer);
        Listed = !Cancelled && Driver is null;
    }

    /// <summary>A driver takes it.</summary>
    /// <param name="driver">The driver.</param>
    /// <param name="customer">The rider whom the driver expects, which is checked; null for no check.</param>
    public Decision Take(string driver, string? customer)
    {
        if (Driver is not null)
            return UnicodeText.AreEqual(Driver, driver) ? Decision.NoChange : Decision.Conflict(nameof(PickupAssigned));
        if (Cancelled)
            return Decision.Conflict(nameof(PaymentCancelled));
        if (!Listed)
            return Decision.NotFound;
        if (customer is not null && !UnicodeText.AreEqual(customer, Customer))
            return Decision.Malformed("customer", "is not the one who asked for this taxi");
        (Driver, Listed) = (driver, false);
        return Decision.Happened(new PickupAssigned(Key, driver, Customer!));
    }

    /// <summary>A driver gives it up, and it returns to the list.</summary>
    public Decision GiveUp(string driver)
    {
        if (UnicodeText.AreEqual(Driver, driver))
        {
            (Driver, GivenUpBy, Listed) = (null, driver, true);
            return Decision.Happened(new PickupCancelled(Key, driver, Customer!));
        }
        if (Driver is not null)
            return Decision.Conflict(nameof(PickupAssigned));
        return UnicodeText.AreEqual(GivenUpBy, driver) ? Decision.NoChange : Decision.NotFound;
    }

    /// <summary>The money goes back. It leaves the list, and its driver loses it.</summary>
    public IMessage[] Withdraw()
    {
        var driver = Driver;
        (Driver, Listed, Cancelled) = (null, false, true);
        return driver is null ? [] : [new PickupCancelled(Key, driver, Customer!)];
    }
}
