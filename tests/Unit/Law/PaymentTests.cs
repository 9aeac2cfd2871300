using Mannam.Abstractions;
using Mannam.Law.Events;
using Mannam.Payments;
using Xunit;
using Payment = Mannam.Law.Payment.Payment;

namespace Mannam.Tests.Unit.Law;

/// <summary>What a client paid: a late success counts, so what is asked of the provider is recorded; given back once, by the client or by the service.</summary>
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
    public void That_the_provider_is_asked_is_recorded_and_is_no_payment_yet()
    {
        var payment = new Payment(1);
        Assert.Empty(Ask(payment).Messages);
        Assert.Equal((true, null, null), (payment.Asked, payment.Status, payment.PaymentId));
        Assert.Equal(Decision.NoChange, Ask(payment.Stored()));
    }

    [Fact]
    public void What_was_taken_is_approved_under_its_own_id()
    {
        var payment = BeingAsked();
        Assert.Equal<IMessage>([As<PaymentApproved>("APPROVED")], Approve(payment).Messages);
        Assert.False(payment.Asked);
        Assert.Equal(Decision.NoChange, payment.Stored().Approve(5, () => { }, id: 8));
        Assert.Equal(Decision.NoChange, Ask(payment));
        Assert.Equal((7, false), (payment.PaymentId, payment.Asked));
    }

    [Fact]
    public void What_was_declined_is_not_asked_again_by_itself_but_by_the_client()
    {
        var payment = BeingAsked();
        Assert.Empty(payment.Decline().Messages);
        Assert.False(payment.Stored().Asked);
        Ask(payment);
        Assert.True(payment.Asked);
    }

    [Fact]
    public void It_goes_back_once_with_the_word_of_whoever_was_first()
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
    public void Cancelled_while_the_provider_is_asked_it_never_comes_about()
    {
        var payment = BeingAsked();
        Assert.Equal<IMessage>([new GiveBackDue("law-1")], payment.GiveBack("CANCELLED"));
        Assert.False(payment.Stored().Asked);
        Assert.Equal(RefusalKind.Conflict, Approve(payment).Refusal?.Kind);
        Assert.Equal(RefusalKind.Conflict, Ask(payment).Refusal?.Kind);
        Assert.Null(payment.Status);
    }
}
