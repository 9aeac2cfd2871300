using Mannam.Abstractions;
using Mannam.Law.Consult;
using Mannam.Law.Events;
using Xunit;

namespace Mannam.Tests.Unit.Law;

/// <summary>Consult, status: CREATED → APPROVED → DENIED; CREATED, APPROVED → CANCELLED.</summary>
public sealed class ConsultTests
{
    private static Consult Created() => Consult.Make(1, "01012345678", "hanam", "ZEROPAY", 150000).Stored();

    private static Consult Paid()
    {
        var consult = Created();
        consult.Pay(7);
        return consult.Stored();
    }

    private static T As<T>(string status, long? paymentId)
        where T : ConsultState, new() =>
        new()
        {
            ConsultId = 1,
            Mobile = "01012345678",
            Location = "hanam",
            PayType = "ZEROPAY",
            PayAmount = 150000,
            PaymentId = paymentId,
            Status = status,
        };

    [Fact]
    public void A_new_consult_is_unpaid_and_has_all_its_fields() =>
        Assert.Equal(As<ConsultMade>("CREATED", null), Created().As<ConsultMade>());

    [Fact]
    public void A_paid_consult_is_approved_once()
    {
        var consult = Created();
        Assert.Equal<IMessage>([As<ConsultPayed>("APPROVED", 7)], consult.Pay(7).Messages);
        Assert.Equal(Decision.NoChange, consult.Stored().Pay(7));
    }

    [Fact]
    public void A_cancellation_wins_over_a_payment_and_over_a_denial()
    {
        var consult = Created();
        Assert.Equal<IMessage>([As<ConsultCancelled>("CANCELLED", null)], consult.Cancel().Messages);
        Assert.Equal(new Refusal(RefusalKind.Conflict, "CANCELLED"), consult.Stored().Pay(7).Refusal);
        Assert.Empty(consult.Deny());
        Assert.Equal(Decision.NoChange, consult.Cancel());
        Assert.Equal(("CANCELLED", null), (consult.Status, consult.PaymentId));
    }

    [Fact]
    public void A_paid_consult_can_be_cancelled()
    {
        var consult = Paid();
        Assert.Equal<IMessage>([As<ConsultCancelled>("CANCELLED", 7)], consult.Cancel().Messages);
    }

    [Fact]
    public void A_denied_consult_stays_denied()
    {
        var consult = Paid();
        Assert.Equal<IMessage>([As<ConsultDenied>("DENIED", 7)], consult.Deny());
        Assert.Empty(consult.Stored().Deny());
        Assert.Equal(new Refusal(RefusalKind.Conflict, "DENIED"), consult.Cancel().Refusal);
        Assert.Equal(new Refusal(RefusalKind.Conflict, "DENIED"), consult.Pay(7).Refusal);
    }

    [Fact]
    public void An_unknown_consult_cannot_be_paid_cancelled_or_denied()
    {
        var nothing = new Consult(1);
        Assert.Equal(Decision.NotFound, nothing.Pay(7));
        Assert.Equal(Decision.NotFound, nothing.Cancel());
        Assert.Empty(nothing.Deny());
        Assert.Equal("", nothing.Status);
    }
}
