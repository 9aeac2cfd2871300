using Mannam.Abstractions;
using Mannam.Taxi.Events;
using Mannam.Taxi.MyPage;
using Xunit;

namespace Mannam.Tests.Unit.Taxi;

/// <summary>The rider's view is built from events of three services in any order.</summary>
public sealed class MyPageTests
{
    private static readonly PaymentApproved Approved = new(1, 250000, "Peter", "Busan", "Seoul", "Approved");
    private static readonly PaymentCancelled MoneyBack = new(1, 250000, "Peter", "Busan", "Seoul", "Cancel");
    private static readonly CatchCancelled Cancelled = new(1, 250000, "Busan", "Seoul", "Peter", "Cancel");
    private static readonly IEvent[] Drivers =
    [
        new PickupAssigned(1, "Speedmate", "Peter"),
        new PickupCancelled(1, "Speedmate", "Peter"),
        new PickupAssigned(1, "Safemate", "Peter"),
        new PickupCancelled(1, "Safemate", "Peter"),
    ];

    private static void Apply(IEvent happened, MyPage page)
    {
        Assert.Empty(
            happened switch
            {
                PaymentApproved e => Policies.Whenever(e, page),
                PaymentCancelled e => Policies.Whenever(e, page),
                PickupAssigned e => Policies.Whenever(e, page),
                PickupCancelled e => Policies.Whenever(e, page),
                CatchCancelled e => Policies.Whenever(e, page),
                _ => throw new ArgumentOutOfRangeException(nameof(happened)),
            }
        );
        page.Stored();
    }

    private static MyPage After(IEnumerable<IEvent> events)
    {
        var page = new MyPage(1);
        foreach (var happened in events)
            Apply(happened, page);
        return page;
    }

    [Fact]
    public void A_payment_creates_the_row_of_my_page()
    {
        var page = After([Approved]);
        Assert.Equal((250000, "Busan", "Seoul", "Peter"), (page.Price, page.StartingPoint, page.Destination, page.Customer));
        Assert.Equal(("PaymentApproved", null), (page.Status, page.Driver));
    }

    [Fact]
    public void My_page_names_the_last_event_and_the_current_driver()
    {
        var page = new MyPage(1);
        Apply(Approved, page);
        foreach (var (happened, driver) in Drivers.Zip(["Speedmate", null, "Safemate", (string?)null]))
        {
            Apply(happened, page);
            Assert.Equal((happened.GetType().Name, driver), (page.Status, page.Driver));
        }
    }

    [Fact]
    public void A_request_that_was_never_paid_has_no_row() => Assert.Null(After([Cancelled]).Price);

    /// <summary>All possible events of the three services: with or without a cancellation by catch, a refund by payment, and drivers' events.</summary>
    private static IEnumerable<(IEvent[] Catch, IEvent[] Payment, IEvent[] Pickup)> Histories() =>
        from ending in new (IEvent[] Catch, IEvent[] Payment)[]
        {
            ([], [Approved]),
            ([Cancelled], []),
            ([Cancelled], [Approved]),
            ([Cancelled], [Approved, MoneyBack]),
        }
        from length in Enumerable.Range(0, ending.Payment.Length == 0 ? 1 : Drivers.Length + 1)
        select (ending.Catch, ending.Payment, Drivers[..length]);

    [Fact]
    public void The_row_ends_the_same_in_every_order_of_arrival()
    {
        foreach (var (fromCatch, fromPayment, fromPickup) in Histories())
        {
            var status =
                fromPayment.Contains(MoneyBack) ? "PaymentCancelled"
                : fromCatch.Length > 0 ? "CatchCancelled"
                : fromPickup.LastOrDefault()?.GetType().Name ?? "PaymentApproved";
            var driver = (fromPickup.LastOrDefault() as PickupAssigned)?.Driver;
            var shown = fromPayment.Contains(Approved);
            foreach (var order in Interleavings.Of(fromCatch, fromPayment, fromPickup))
            {
                var page = After(order);
                Assert.True(
                    (page.Status, page.Driver, page.Price is not null) == (status, driver, shown),
                    $"{page.Status} {page.Driver} after {string.Join(", ", order.Select(e => e.GetType().Name))}"
                );
                if (shown)
                    Assert.Equal((250000, "Busan", "Seoul", "Peter"), (page.Price, page.StartingPoint, page.Destination, page.Customer));
            }
        }
    }

    [Fact]
    public void A_status_never_moves_back_in_any_order()
    {
        foreach (var order in Interleavings.Of<IEvent>([Cancelled], [Approved, MoneyBack], Drivers))
        {
            var page = new MyPage(1);
            foreach (var happened in order)
            {
                var before = page.Status;
                Apply(happened, page);
                if (before == "PaymentCancelled")
                    Assert.Equal("PaymentCancelled", page.Status);
                if (before == "CatchCancelled")
                    Assert.Contains(page.Status, new[] { "CatchCancelled", "PaymentCancelled" });
                if (before is not null)
                    Assert.NotEqual("PaymentApproved", before == "PaymentApproved" ? null : page.Status);
            }
        }
    }
}
