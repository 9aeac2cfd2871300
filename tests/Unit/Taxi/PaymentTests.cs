using Mannam.Abstractions;
using Mannam.Payments;
using Mannam.Taxi.Events;
using Xunit;
using Payment = Mannam.Taxi.Payment.Payment;
using Policies = Mannam.Taxi.Payment.Policies;

namespace Mannam.Tests.Unit.Taxi;

/// <summary>A rider's payment: approved once, given back once.</summary>
public sealed class PaymentTests
{
    private static readonly CatchCancelled CatchCancelled = new(1, 250000, "Busan", "Seoul", "Peter", "Cancel");
    private static readonly PaymentApproved PaymentApproved = new(1, 250000, "Peter", "Busan", "Seoul", "Approved");
    private static readonly PaymentCancelled PaymentCancelled = new(1, 250000, "Peter", "Busan", "Seoul", "Cancel");

    private static Decision Approve(Payment payment, long price = 250000) =>
        payment.Approve(price, () => payment.For("Peter", "Busan", "Seoul"));

    private static Payment Approved()
    {
        var payment = new Payment(1);
        Approve(payment);
        return payment.Stored();
    }

    [Fact]
    public void A_charge_is_named_after_the_system_and_the_correlation_key() => Assert.Equal("taxi-5", new Payment(5).Charge);

    [Fact]
    public void A_taken_charge_is_approved_with_all_fields()
    {
        var payment = new Payment(1);
        Assert.Equal<IMessage>([PaymentApproved], Approve(payment).Messages);
        Assert.Equal(("Approved", 250000), (payment.Status, payment.Amount));
    }

    [Fact]
    public void Approving_a_payment_again_changes_nothing_and_another_price_is_refused()
    {
        Assert.Equal(Decision.NoChange, Approve(Approved()));
        Assert.Equal(RefusalKind.Conflict, Approve(Approved(), price: 5).Refusal?.Kind);
    }

    [Fact]
    public void A_repeated_approval_does_not_change_the_first_payment()
    {
        var payment = Approved();
        Assert.Equal(Decision.NoChange, payment.Approve(250000, () => payment.For("Paul", "Daejeon", "Kwangjoo")));
        Assert.Equal(("Peter", "Busan", "Seoul"), (payment.Customer, payment.StartingPoint, payment.Destination));
    }

    [Fact]
    public void A_cancellation_gives_the_money_back_once()
    {
        var payment = Approved();
        Assert.Equal<IMessage>([PaymentCancelled, new GiveBackDue("taxi-1")], Policies.Whenever(CatchCancelled, payment));
        Assert.Equal("Cancel", payment.Stored().Status);
        Assert.Empty(Policies.Whenever(CatchCancelled, payment));
    }

    [Fact]
    public void A_payment_that_was_given_back_is_not_approved_again()
    {
        var payment = Approved();
        Policies.Whenever(CatchCancelled, payment);
        Assert.Equal(new Refusal(RefusalKind.Conflict, "Cancel"), Approve(payment.Stored()).Refusal);
        Assert.Equal("Cancel", payment.Status);
    }

    [Fact]
    public void A_cancellation_before_the_payment_prevents_it_and_publishes_nothing()
    {
        var payment = new Payment(1);
        // No event, only a scheduled refund, so that the money of a charge under way is not kept.
        Assert.Equal<IMessage>([new GiveBackDue("taxi-1")], Policies.Whenever(CatchCancelled, payment));
        Assert.Null(payment.Stored().Status);
        Assert.Equal(RefusalKind.Conflict, Approve(payment).Refusal?.Kind);
        Assert.Equal(RefusalKind.Conflict, payment.Consider(250000).Refusal?.Kind);
        Assert.Null(payment.Status);
    }

    [Fact]
    public void An_approved_payment_is_published_before_its_cancellation_in_every_order()
    {
        string[] approvals = ["approve", "approve"];
        string[] cancellations = ["cancel", "cancel"];
        foreach (var order in Interleavings.Of<string>(approvals, cancellations))
        {
            var payment = new Payment(1);
            var raised = new List<IMessage>();
            foreach (var step in order)
            {
                raised.AddRange(step == "approve" ? Approve(payment).Messages : Policies.Whenever(CatchCancelled, payment));
                payment.Stored();
            }
            Assert.Equal<IMessage>(
                order[0] == "approve" ? [PaymentApproved, PaymentCancelled, new GiveBackDue("taxi-1")] : [new GiveBackDue("taxi-1")],
                raised
            );
        }
    }
}
