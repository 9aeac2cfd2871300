using Mannam.Abstractions;
using Mannam.Insurance.Events;
using Mannam.Insurance.Subscription;
using Xunit;

namespace Mannam.Tests.Unit.Insurance;

/// <summary>Subscription: created → confirmPaymentId → confirmUnderwriterId → contracted | confirmRefuse; the first two → reqCancel → confirmCancel.</summary>
public sealed class SubscriptionTests
{
    private static Subscription Applied() => Subscription.Apply(1, "Fisrtcancer", 50000, "Peter").Stored();

    private static Subscription Paid()
    {
        var subscription = Applied();
        subscription.Paid();
        return subscription.Stored();
    }

    private static Subscription Confirmed()
    {
        var subscription = Paid();
        subscription.Approve(7);
        return subscription.Stored();
    }

    private static Subscription Assigned()
    {
        var subscription = Confirmed();
        subscription.Assign(3);
        return subscription.Stored();
    }

    private static T As<T>(string status, long? paymentId = null, long? underwritingId = null)
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

    private static Refusal Conflict(string status) => new(RefusalKind.Conflict, status);

    [Fact]
    public void An_application_is_created_once_payment_has_answered()
    {
        var subscription = Applied();
        Assert.Equal(RequestState.Pending, subscription.RequestState);
        Assert.Equal<IMessage>([As<SubscriptionCreated>("created")], subscription.Paid().Messages);
        Assert.Equal((RequestState.Active, Decision.NoChange), (subscription.RequestState, subscription.Stored().Paid()));
    }

    [Fact]
    public void The_payment_event_confirms_an_application()
    {
        var subscription = Paid();
        Assert.Equal<IMessage>([As<PaymentIdConfirmed>("confirmPaymentId", 7)], subscription.Approve(7));
        Assert.Empty(subscription.Stored().Approve(7));
    }

    [Fact]
    public void The_payment_event_counts_even_if_the_answer_comes_later_or_never()
    {
        var subscription = Applied();
        Assert.Equal<IMessage>(
            [As<SubscriptionCreated>("created"), As<PaymentIdConfirmed>("confirmPaymentId", 7)],
            subscription.Approve(7)
        );
        Assert.Equal(Decision.NoChange, subscription.Stored().Paid());
        Assert.Equal(Decision.NoChange, subscription.NotPaid());
        Assert.Equal(RequestState.Active, subscription.RequestState);
    }

    [Fact]
    public void An_unpaid_application_ends_as_confirmCancel_with_that_one_event()
    {
        var subscription = Applied();
        Assert.Equal<IMessage>([As<CancelRequested>("confirmCancel")], subscription.NotPaid().Messages);
        Assert.Equal((RequestState.Ended, Decision.NoChange), (subscription.Stored().RequestState, subscription.NotPaid()));
        // The money was taken nevertheless, and goes back.
        Assert.Empty(subscription.Approve(7));
        Assert.Empty(subscription.GiveBack());
        Assert.Equal(("confirmCancel", 7), (subscription.Status, subscription.PaymentId));
        Assert.Equal(Decision.NoChange, subscription.Paid());
        Assert.Equal(RequestState.Ended, subscription.RequestState);
    }

    [Fact]
    public void A_cancellation_before_the_assignment_ends_with_the_refund()
    {
        foreach (var (subscription, paymentId) in new[] { (Paid(), (long?)null), (Confirmed(), 7) })
        {
            Assert.Equal<IMessage>([As<CancelRequested>("reqCancel", paymentId)], subscription.Cancel().Messages);
            Assert.Equal(Decision.NoChange, subscription.Stored().Cancel());
            Assert.Empty(subscription.Assign(3));
            Assert.Equal<IMessage>([As<SubscriptionCancelled>("confirmCancel", paymentId)], subscription.GiveBack());
            Assert.Equal(Decision.NoChange, subscription.Stored().Cancel());
            Assert.Empty(subscription.GiveBack());
            Assert.Empty(subscription.Assign(3));
        }
    }

    [Fact]
    public void A_payment_event_after_the_cancellation_only_sets_the_payment_id()
    {
        var subscription = Paid();
        subscription.Cancel();
        Assert.Empty(subscription.Stored().Approve(7));
        Assert.Equal(("reqCancel", 7), (subscription.Status, subscription.PaymentId));
    }

    [Fact]
    public void A_cancellation_during_payment_is_refused_with_a_time_to_retry()
    {
        var refusal = Applied().Cancel().Refusal!;
        Assert.Equal((RefusalKind.Conflict, "created"), (refusal.Kind, refusal.Detail));
        Assert.NotNull(refusal.RetryAfter);
    }

    [Fact]
    public void An_application_cannot_be_cancelled_once_an_underwriter_is_confirmed()
    {
        var subscription = Confirmed();
        Assert.Equal<IMessage>([As<UnderwriterIdConfirmed>("confirmUnderwriterId", 7, 3)], subscription.Assign(3));
        Assert.Equal(Conflict("confirmUnderwriterId"), subscription.Stored().Cancel().Refusal);
        Assert.Empty(subscription.Assign(4));
        Assert.Equal(3, subscription.UnderwritingId);
    }

    [Theory]
    [InlineData(Subscription.Contracted)]
    [InlineData(Subscription.ConfirmRefuse)]
    public void The_underwriters_decision_is_final_and_a_refund_does_not_change_it(string end)
    {
        var subscription = Assigned();
        // The refund's event may arrive before the refusal.
        Assert.Empty(subscription.GiveBack());
        Assert.Equal("confirmUnderwriterId", subscription.Status);
        Assert.Empty(subscription.End(end));
        Assert.Empty(subscription.Stored().GiveBack());
        Assert.Equal(end, subscription.Status);
        Assert.Equal(Conflict(end), subscription.Cancel().Refusal);
    }

    [Fact]
    public void Events_and_commands_for_an_unknown_application_change_nothing()
    {
        var nothing = new Subscription(1);
        Assert.Equal(Decision.NotFound, nothing.Cancel());
        Assert.Empty(nothing.Approve(7).Concat(nothing.Assign(3)).Concat(nothing.End("contracted")).Concat(nothing.GiveBack()));
        Assert.Equal(("", null, null), (nothing.Status, nothing.PaymentId, nothing.UnderwritingId));
    }
}
