using Mannam.Taxi.Events;

namespace Mannam.Taxi.MyPage;

/// <summary>The rider's view of one request, fed by events alone. It shows once its payment is known; what ends a request is remembered even before.</summary>
[Table("my_pages")]
internal sealed class MyPage(long key) : Aggregate(key)
{
    public long Id => Key;

    /// <summary>Won; null while the payment is not known, and the row is not shown.</summary>
    public long? Price { get; private set; }
    public string? StartingPoint { get; private set; }
    public string? Destination { get; private set; }
    public string? Customer { get; private set; }
    public string? Driver { get; private set; }

    /// <summary>The name of the last event; after <c>CatchCancelled</c> only <c>PaymentCancelled</c> replaces it.</summary>
    public string? Status { get; private set; }

    public static IMessage[] Whenever(PaymentApproved e, MyPage page)
    {
        (page.Price, page.StartingPoint, page.Destination, page.Customer) = (e.Price, e.StartingPoint, e.Destination, e.Customer);
        page.Status ??= nameof(PaymentApproved);
        return [];
    }

    public static IMessage[] Whenever(PickupAssigned e, MyPage page)
    {
        page.Driver = e.Driver;
        page.Follow(nameof(PickupAssigned));
        return [];
    }

    public static IMessage[] Whenever(PickupCancelled _, MyPage page)
    {
        page.Driver = null;
        page.Follow(nameof(PickupCancelled));
        return [];
    }

    public static IMessage[] Whenever(CatchCancelled _, MyPage page)
    {
        page.Follow(nameof(CatchCancelled));
        return [];
    }

    public static IMessage[] Whenever(PaymentCancelled _, MyPage page)
    {
        page.Status = nameof(PaymentCancelled);
        return [];
    }

    private void Follow(string what)
    {
        if (Status is not (nameof(CatchCancelled) or nameof(PaymentCancelled)))
            Status = what;
    }
}
