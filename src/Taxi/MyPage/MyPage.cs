namespace Mannam.Taxi.MyPage;

/// <summary>The rider's view of one request, made of events alone. It is shown once its payment is known. An event that ends the request counts before that
/// too.</summary>
[Table("my_pages")]
internal sealed class MyPage(long key) : Aggregate(key)
{
    public long Id => Key;

    /// <summary>In won; null while the payment is not known and the row is not shown.</summary>
    public long? Price { get; private set; }
    public string? StartingPoint { get; private set; }
    public string? Destination { get; private set; }

    /// <summary>The name of the last event. After <c>CatchCancelled</c> only <c>PaymentCancelled</c> replaces it.</summary>
    public string? Status { get; private set; }
    public string? Customer { get; private set; }
    public string? Driver { get; private set; }

    /// <summary>The payment is known.</summary>
    public IMessage[] Show(PaymentApproved paid)
    {
        (Price, StartingPoint, Destination, Customer) = (paid.Price, paid.StartingPoint, paid.Destination, paid.Customer);
        Status ??= nameof(PaymentApproved);
        return [];
    }

    /// <summary>An event that does not end the view.</summary>
    /// <param name="status">The event's name.</param>
    /// <param name="driver">The driver after it; null for none.</param>
    public IMessage[] Follow(string status, string? driver)
    {
        Driver = driver;
        if (Status is not (nameof(CatchCancelled) or nameof(PaymentCancelled)))
            Status = status;
        return [];
    }

    /// <summary>The money goes back: the last state.</summary>
    public IMessage[] End()
    {
        Status = nameof(PaymentCancelled);
        return [];
    }
}
