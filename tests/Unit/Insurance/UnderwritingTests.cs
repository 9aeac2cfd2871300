using Mannam.Abstractions;
using Mannam.Insurance.Events;
using Mannam.Insurance.Underwriting;
using Mannam.Payments;
using Xunit;
using Payment = Mannam.Insurance.Payment.Payment;

namespace Mannam.Tests.Unit.Insurance;

/// <summary>Underwriting: underwriterAssigned → approveSubscription | refuseSubscription | withdrawn; and the payment's two ways back.</summary>
public sealed class UnderwritingTests
{
    private static Underwriting Assigned(bool confirmed = false)
    {
        var underwriting = new Underwriting(1);
        underwriting.Assign(7, 3, 77001520);
        if (confirmed)
            underwriting.Stored().Confirm();
        return underwriting.Stored();
    }

    private static T As<T>(string status)
        where T : UnderwritingState, new() =>
        new()
        {
            UnderwritingId = 3,
            UnderwritingStatus = status,
            UnderwriterId = 77001520,
            SubscriptionId = 1,
            PaymentId = 7,
        };

    [Fact]
    public void A_case_is_assigned_to_an_underwriter_once()
    {
        var underwriting = new Underwriting(1);
        Assert.Equal<IMessage>([As<UnderwriterAssigned>("underwriterAssigned")], underwriting.Assign(7, 3, 77001520));
        Assert.Empty(underwriting.Stored().Assign(7, 4, 5));
    }

    [Theory]
    [InlineData(Underwriting.Approved)]
    [InlineData(Underwriting.Refused)]
    public void A_case_is_decided_only_after_its_confirmation_and_for_good(string status)
    {
        var underwriting = Assigned();
        var early = underwriting.Decide(status).Refusal!;
        Assert.Equal((RefusalKind.Conflict, "assignment not confirmed yet"), (early.Kind, early.Detail));
        Assert.NotNull(early.RetryAfter);
        underwriting.Confirm();
        IMessage decided = status == Underwriting.Approved ? As<SubscriptionContracted>(status) : As<SubscriptionRefused>(status);
        Assert.Equal([decided], underwriting.Stored().Decide(status).Messages);
        Assert.Equal(Decision.NoChange, underwriting.Stored().Decide(status));
        var other = status == Underwriting.Approved ? Underwriting.Refused : Underwriting.Approved;
        Assert.Equal(new Refusal(RefusalKind.Conflict, status), underwriting.Decide(other).Refusal);
        Assert.Empty(underwriting.Withdraw());
        Assert.Equal(status, underwriting.Status);
    }

    [Fact]
    public void A_withdrawn_case_cannot_be_decided()
    {
        var underwriting = Assigned();
        Assert.Equal<IMessage>([As<UnderwritingWithdrawn>("withdrawn")], underwriting.Withdraw());
        Assert.Empty(underwriting.Stored().Withdraw());
        Assert.Equal(new Refusal(RefusalKind.Conflict, "withdrawn"), underwriting.Decide(Underwriting.Approved).Refusal);
    }

    [Fact]
    public void A_cancellation_that_arrives_first_prevents_the_case()
    {
        var underwriting = new Underwriting(1);
        Assert.Empty(underwriting.Withdraw());
        Assert.Empty(underwriting.Stored().Assign(7, 3, 77001520));
        Assert.Null(underwriting.UnderwritingId);
        Assert.Equal(Decision.NotFound, underwriting.Decide(Underwriting.Approved));
    }

    [Theory]
    [InlineData("cancelPayment", "cancelPayment_refused")]
    [InlineData("cancelPayment_refused", "cancelPayment")]
    public void The_premium_goes_back_once_with_the_word_of_the_first_cancellation(string first, string second)
    {
        var payment = new Payment(1);
        Assert.Equal<IMessage>([Premium<PaymentApproved>("approvePayment")], payment.Approve(50000, () => { }, id: 7).Messages);
        Assert.Equal<IMessage>([Premium<PaymentCancelled>(first), new GiveBackDue("insurance-1")], payment.Stored().GiveBack(first));
        Assert.Empty(payment.Stored().GiveBack(second));
    }

    [Fact]
    public void A_cancellation_before_the_payment_prevents_the_payment()
    {
        var payment = new Payment(1);
        Assert.Equal<IMessage>([new GiveBackDue("insurance-1")], payment.GiveBack(Payment.Cancel));
        Assert.Equal(RefusalKind.Conflict, payment.Stored().Approve(50000, () => { }, id: 7).Refusal?.Kind);
        Assert.Null(payment.PaymentId);
    }

    private static T Premium<T>(string status)
        where T : PaymentState, new() =>
        new()
        {
            PaymentId = 7,
            PaymentStatus = status,
            SubscriptionId = 1,
            Premium = 50000,
        };
}
