using Mannam.Abstractions;
using Mannam.Insurance.Events;
using Mannam.Insurance.MyPage;
using Xunit;

namespace Mannam.Tests.Unit.Insurance;

/// <summary>The customer's view is built from events of three services in any order.</summary>
public sealed class MyPageTests
{
    private static readonly ServiceDeclaration<MyPage> Service = (ServiceDeclaration<MyPage>)MyPageService.Declaration;

    private static T Subscription<T>(string status, long? paymentId = null, long? underwritingId = null)
        where T : SubscriptionState, new() =>
        new()
        {
            SubscriptionId = 1,
            SubscriptionStatus = status,
            ProductName = "Fisrtcancer",
            PaymentId = paymentId,
            UnderwritingId = underwritingId,
            Customer = "Peter",
        };

    private static T Payment<T>(string status)
        where T : PaymentState, new() =>
        new()
        {
            PaymentId = 7,
            PaymentStatus = status,
            SubscriptionId = 1,
            Premium = 50000,
        };

    private static T Underwriting<T>(string status)
        where T : UnderwritingState, new() =>
        new()
        {
            UnderwritingId = 3,
            UnderwritingStatus = status,
            UnderwriterId = 77001520,
            SubscriptionId = 1,
            PaymentId = 7,
        };

    private static readonly IEvent Created = Subscription<SubscriptionCreated>("created");
    private static readonly IEvent Confirmed = Subscription<PaymentIdConfirmed>("confirmPaymentId", 7);
    private static readonly IEvent Accepted = Subscription<UnderwriterIdConfirmed>("confirmUnderwriterId", 7, 3);
    private static readonly IEvent Paid = Payment<PaymentApproved>("approvePayment");
    private static readonly IEvent Assigned = Underwriting<UnderwriterAssigned>("underwriterAssigned");

    /// <summary>All possible events of the three services for a paid application, with the final state of the row.</summary>
    private static IEnumerable<(
        IEvent[] Subscription,
        IEvent[] Payment,
        IEvent[] Underwriting,
        (string?, string?, string?) Row
    )> Histories()
    {
        yield return ([Created, Confirmed], [Paid], [], ("confirmPaymentId", "approvePayment", null));
        yield return ([Created, Confirmed], [Paid], [Assigned], ("confirmPaymentId", "approvePayment", "underwriterAssigned"));
        yield return (
            [Created, Confirmed, Accepted],
            [Paid],
            [Assigned],
            ("confirmUnderwriterId", "approvePayment", "underwriterAssigned")
        );
        yield return (
            [Created, Confirmed, Accepted],
            [Paid],
            [Assigned, Underwriting<SubscriptionContracted>("approveSubscription")],
            ("contracted", "approvePayment", "approveSubscription")
        );
        yield return (
            [Created, Confirmed, Accepted],
            [Paid, Payment<PaymentCancelled>("cancelPayment_refused")],
            [Assigned, Underwriting<SubscriptionRefused>("refuseSubscription")],
            ("confirmRefuse", "cancelPayment_refused", "refuseSubscription")
        );
        var (asked, done) = (Subscription<CancelRequested>("reqCancel", 7), Subscription<SubscriptionCancelled>("confirmCancel", 7));
        var back = Payment<PaymentCancelled>("cancelPayment");
        yield return ([Created, asked, done], [Paid, back], [], ("confirmCancel", "cancelPayment", null));
        yield return (
            [Created, Confirmed, asked, done],
            [Paid, back],
            [Assigned, Underwriting<UnderwritingWithdrawn>("withdrawn")],
            ("confirmCancel", "cancelPayment", "withdrawn")
        );
    }

    private static void Apply(IEvent e, MyPage page)
    {
        Assert.Empty(Rehearsal.Apply(Service.Policies[e.GetType().Name], page, e));
        page.Stored();
    }

    [Fact]
    public void The_row_ends_the_same_in_every_order_of_arrival()
    {
        foreach (var (subscription, payment, underwriting, row) in Histories())
        {
            foreach (var order in Interleavings.Of(subscription, payment, underwriting))
            {
                var page = new MyPage(1);
                foreach (var e in order)
                {
                    var shown = page.IsCreated || e == Created;
                    Apply(e, page);
                    Assert.Equal(shown, page.IsCreated);
                }
                Assert.True(
                    (page.SubscriptionStatus, page.PaymentStatus, page.UnderwritingStatus) == row,
                    $"{page.SubscriptionStatus} {page.PaymentStatus} after {string.Join(", ", order.Select(e => e.GetType().Name))}"
                );
                Assert.Equal(("Fisrtcancer", "Peter", 7), (page.ProductName, page.Customer, page.PaymentId));
                Assert.Equal(underwriting.Length > 0 ? (3, 77001520) : (null, (long?)null), (page.UnderwritingId, page.UnderwriterId));
            }
        }
    }

    [Fact]
    public void A_failed_application_is_in_no_view()
    {
        foreach (
            var order in Interleavings.Of<IEvent>(
                [Subscription<CancelRequested>("confirmCancel")],
                [Paid, Payment<PaymentCancelled>("cancelPayment")]
            )
        )
        {
            var page = new MyPage(1);
            foreach (var e in order)
                Apply(e, page);
            Assert.False(page.IsCreated);
        }
    }

    [Fact]
    public void The_view_subscribes_to_every_event_of_the_system() => Assert.Equal(11, Service.SubscribesTo.Count);
}
