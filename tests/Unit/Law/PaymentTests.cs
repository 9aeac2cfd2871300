using Mannam.Abstractions;
using Mannam.Law.Events;
using Mannam.Payments;
using Xunit;
using Payment = Mannam.Law.Payment.Payment;

namespace Mannam.Tests.Unit.Law;

/// <summary>A client's payment. A late success counts, so a charge under way is recorded. The money goes back once, by the client or by the service.</summary>
public sealed class PaymentTests
{
    private static Decision Ask(Payment payment) => payment.Ask(5, () => payment.PayType = "CARD");

    private static Decision Approve(Payment payment) => payment.Approve(5, () => { }, id: 7);

    private static Payment BeingAsked()
    {
        var payment = new Payment(1);
        Ask(payment);
        return payment.Stored();
    }

    private static T As<T>(string status)
        where T : PaymentState, new() =>
        new()
        {
            PaymentId = 7,
            PayType = "CARD",
            PayAmount = 5,
            ConsultId = 1,
            PaymentStatus = status,
        };

    [Fact]
    public void A_charge_under_way_is_recorded_and_is_no_payment_yet()
    {
        var payment = new Payment(1);
        Assert.Empty(Ask(payment).Messages);
        Assert.Equal((true, null, null), (payment.Asked, payment.Status, payment.PaymentId));
        Assert.Equal(Decision.NoChange, Ask(payment.Stored()));
    }

    [Fact]
    public void A_taken_charge_is_approved_under_its_own_id()
    {
        var payment = BeingAsked();
        Assert.Equal<IMessage>([As<PaymentApproved>("APPROVED")], Approve(payment).Messages);
        Assert.False(payment.Asked);
        Assert.Equal(Decision.NoChange, payment.Stored().Approve(5, () => { }, id: 8));
        Assert.Equal(Decision.NoChange, Ask(payment));
        Assert.Equal((7, false), (payment.PaymentId, payment.Asked));
    }

    [Fact]
    public void A_declined_payment_is_retried_only_by_the_client()
    {
        var payment = BeingAsked();
        Assert.Empty(payment.Decline().Messages);
        Assert.False(payment.Stored().Asked);
        Ask(payment);
        Assert.True(payment.Asked);
    }

    [Fact]
    public void A_payment_goes_back_once_with_the_word_of_the_first_cancellation()
    {
        var byClient = BeingAsked();
        Approve(byClient);
        Assert.Equal<IMessage>([As<PaymentCancelled>("CANCELLED"), new GiveBackDue("law-1")], byClient.GiveBack("CANCELLED"));
        Assert.Empty(byClient.Stored().GiveBack("DISABLED"));
        Assert.Equal("CANCELLED", byClient.Status);

        var byService = BeingAsked();
        Approve(byService);
        Assert.Equal<IMessage>([As<PaymentDisabled>("DISABLED"), new GiveBackDue("law-1")], byService.GiveBack("DISABLED"));
        Assert.Empty(byService.Stored().GiveBack("CANCELLED"));
    }

    [Fact]
    public void A_payment_cancelled_during_the_charge_is_never_approved()
    {
        var payment = BeingAsked();
        Assert.Equal<IMessage>([new GiveBackDue("law-1")], payment.GiveBack("CANCELLED"));
        Assert.False(payment.Stored().Asked);
        Assert.Equal(RefusalKind.Conflict, Approve(payment).Refusal?.Kind);
        Assert.Equal(RefusalKind.Conflict, Ask(payment).Refusal?.Kind);
        Assert.Null(payment.Status);
    }
}
