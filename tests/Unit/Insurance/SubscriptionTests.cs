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
    public void It_comes_about_once_payment_has_answered()
    {
        var subscription = Applied();
        Assert.Equal(RequestState.Pending, subscription.RequestState);
        Assert.Equal<IMessage>([As<SubscriptionCreated>("created")], subscription.Paid().Messages);
        Assert.Equal((RequestState.Active, Decision.NoChange), (subscription.RequestState, subscription.Stored().Paid()));
    }

    [Fact]
    public void The_payments_event_confirms_it()
    {
        var subscription = Paid();
        Assert.Equal<IMessage>([As<PaymentIdConfirmed>("confirmPaymentId", 7)], subscription.Approve(7));
        Assert.Empty(subscription.Stored().Approve(7));
    }

    [Fact]
    public void The_payments_event_counts_though_its_answer_comes_later_or_never()
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
    public void Not_paid_it_goes_straight_to_confirmCancel_and_only_that_is_told()
    {
        var subscription = Applied();
        Assert.Equal<IMessage>([As<CancelRequested>("confirmCancel")], subscription.NotPaid().Messages);
        Assert.Equal((RequestState.Ended, Decision.NoChange), (subscription.Stored().RequestState, subscription.NotPaid()));
        // The money was taken all the same, and goes back.
        Assert.Empty(subscription.Approve(7));
        Assert.Empty(subscription.GiveBack());
        Assert.Equal(("confirmCancel", 7), (subscription.Status, subscription.PaymentId));
        Assert.Equal(Decision.NoChange, subscription.Paid());
        Assert.Equal(RequestState.Ended, subscription.RequestState);
    }

    [Fact]
    public void It_is_cancelled_while_created_or_confirmPaymentId_and_the_money_back_ends_it()
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
    public void A_payment_that_is_told_after_the_cancellation_leaves_its_id_alone()
    {
        var subscription = Paid();
        subscription.Cancel();
        Assert.Empty(subscription.Stored().Approve(7));
        Assert.Equal(("reqCancel", 7), (subscription.Status, subscription.PaymentId));
    }

    [Fact]
    public void While_it_is_being_paid_a_cancellation_may_be_tried_again_later()
    {
        var refusal = Applied().Cancel().Refusal!;
        Assert.Equal((RefusalKind.Conflict, "created"), (refusal.Kind, refusal.Detail));
        Assert.NotNull(refusal.RetryAfter);
    }

    [Fact]
    public void Once_an_underwriter_is_confirmed_it_is_not_cancelled_any_more()
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
    public void The_underwriters_decision_ends_it_and_money_that_goes_back_then_changes_nothing(string end)
    {
        var subscription = Assigned();
        // The money may be back before the refusal is known here.
        Assert.Empty(subscription.GiveBack());
        Assert.Equal("confirmUnderwriterId", subscription.Status);
        Assert.Empty(subscription.End(end));
        Assert.Empty(subscription.Stored().GiveBack());
        Assert.Equal(end, subscription.Status);
        Assert.Equal(Conflict(end), subscription.Cancel().Refusal);
    }

    [Fact]
    public void What_was_never_applied_for_is_nothing_whatever_is_told_of_it()
    {
        var nothing = new Subscription(1);
        Assert.Equal(Decision.NotFound, nothing.Cancel());
        Assert.Empty(nothing.Approve(7).Concat(nothing.Assign(3)).Concat(nothing.End("contracted")).Concat(nothing.GiveBack()));
        Assert.Equal(("", null, null), (nothing.Status, nothing.PaymentId, nothing.UnderwritingId));
    }
}
