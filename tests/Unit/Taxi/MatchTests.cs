using Mannam.Abstractions;
using Mannam.Taxi.Events;
using Mannam.Taxi.Pickup;
using Xunit;

namespace Mannam.Tests.Unit.Taxi;

/// <summary>A paid request and the driver who takes it.</summary>
public sealed class MatchTests
{
    private static readonly PaymentApproved Approved = new(1, 250000, "Peter", "Busan", "Seoul", "Approved");
    private static readonly PaymentCancelled Cancelled = new(1, 250000, "Peter", "Busan", "Seoul", "Cancel");

    private static Match Offered()
    {
        var match = new Match(1);
        Assert.Empty(Policies.Whenever(Approved, match));
        return match.Stored();
    }

    private static Match TakenBy(string driver)
    {
        var match = Offered();
        Assert.Null(match.Take(driver, null).Refusal);
        return match.Stored();
    }

    // The same name as typed on a keyboard, and as an Apple file system returns it.
    private const string Composed = "김 José";
    private static readonly string Decomposed = Composed.Normalize(System.Text.NormalizationForm.FormD);

    [Fact]
    public void Names_with_equal_NFC_forms_are_equal()
    {
        Assert.NotEqual(Composed, Decomposed);
        var match = new Match(1);
        Policies.Whenever(Approved with { Customer = Composed }, match);
        match.Stored();
        Assert.Null(match.Take(Decomposed, Decomposed).Refusal);
        Assert.Equal((Decomposed, Composed), (match.Stored().Driver, match.Customer));
        Assert.Equal(Decision.NoChange, match.Take(Composed, null));
        Assert.Null(match.GiveUp(Composed).Refusal);
        Assert.Equal(Decision.NoChange, match.Stored().GiveUp(Decomposed));
    }

    [Fact]
    public void A_paid_request_is_on_the_list()
    {
        var match = Offered();
        Assert.True(match.Listed);
        Assert.Equal(
            (250000, "Busan", "Seoul", "Peter", null),
            (match.Price, match.StartingPoint, match.Destination, match.Customer, match.Driver)
        );
    }

    [Fact]
    public void A_taken_request_leaves_the_list_and_has_its_customer_from_the_payment()
    {
        var match = Offered();
        Assert.Equal<IMessage>([new PickupAssigned(1, "Speedmate", "Peter")], match.Take("Speedmate", null).Messages);
        Assert.False(match.Listed);
        Assert.Equal("Speedmate", match.Driver);
    }

    [Fact]
    public void Taking_a_request_again_changes_nothing_whatever_customer_is_named() =>
        Assert.Equal(Decision.NoChange, TakenBy("Speedmate").Take("Speedmate", "Somebody else"));

    [Fact]
    public void A_request_held_by_another_driver_is_refused_before_other_checks() =>
        Assert.Equal(new Refusal(RefusalKind.Conflict, "PickupAssigned"), TakenBy("Speedmate").Take("Safemate", "Somebody else").Refusal);

    [Fact]
    public void A_cancelled_request_is_refused_before_the_customer_is_checked()
    {
        var match = Offered();
        match.Withdraw();
        Assert.Equal(new Refusal(RefusalKind.Conflict, "PaymentCancelled"), match.Take("Speedmate", "Somebody else").Refusal);
    }

    [Fact]
    public void An_unpaid_request_is_unknown_to_drivers() =>
        Assert.Equal(RefusalKind.NotFound, new Match(1).Take("Speedmate", "Peter").Refusal?.Kind);

    [Fact]
    public void A_wrong_customer_is_malformed_and_the_right_one_is_accepted()
    {
        var refusal = Offered().Take("Speedmate", "Paul").Refusal;
        Assert.Equal((RefusalKind.Malformed, "customer"), (refusal!.Kind, refusal.Field));
        Assert.Null(Offered().Take("Speedmate", "Peter").Refusal);
    }

    [Fact]
    public void A_request_given_up_returns_to_the_list_and_another_driver_may_take_it()
    {
        var match = TakenBy("Speedmate");
        Assert.Equal<IMessage>([new PickupCancelled(1, "Speedmate", "Peter")], match.GiveUp("Speedmate").Messages);
        Assert.True(match.Stored().Listed);
        Assert.Null(match.Driver);
        Assert.Equal<IMessage>([new PickupAssigned(1, "Safemate", "Peter")], match.Take("Safemate", null).Messages);
    }

    [Fact]
    public void Giving_up_twice_changes_nothing_even_after_a_cancellation()
    {
        var match = TakenBy("Speedmate");
        match.GiveUp("Speedmate");
        Assert.Equal(Decision.NoChange, match.Stored().GiveUp("Speedmate"));
        match.Withdraw();
        Assert.Equal(Decision.NoChange, match.Stored().GiveUp("Speedmate"));
        Assert.Equal(Decision.NotFound, match.GiveUp("Safemate"));
    }

    [Fact]
    public void Only_the_driver_who_holds_a_request_may_give_it_up()
    {
        Assert.Equal(new Refusal(RefusalKind.Conflict, "PickupAssigned"), TakenBy("Speedmate").GiveUp("Safemate").Refusal);
        Assert.Equal(Decision.NotFound, Offered().GiveUp("Speedmate"));
        Assert.Equal(Decision.NotFound, new Match(1).GiveUp("Speedmate"));
    }

    [Fact]
    public void A_cancellation_takes_a_request_off_the_list_for_good()
    {
        var match = Offered();
        Assert.Empty(Policies.Whenever(Cancelled, match));
        Assert.False(match.Stored().Listed);
        Policies.Whenever(Approved, match);
        Assert.False(match.Listed);
    }

    [Fact]
    public void A_cancellation_ends_an_assigned_pick_up()
    {
        var match = TakenBy("Speedmate");
        Assert.Equal<IMessage>([new PickupCancelled(1, "Speedmate", "Peter")], Policies.Whenever(Cancelled, match));
        Assert.Null(match.Driver);
        Assert.False(match.Listed);
        Assert.Equal(Decision.NotFound, match.Stored().GiveUp("Speedmate"));
    }

    [Fact]
    public void A_repeated_payment_does_not_list_a_taken_request_again()
    {
        var match = TakenBy("Speedmate");
        Policies.Whenever(Approved, match);
        Assert.False(match.Listed);
        Assert.Equal("Speedmate", match.Driver);
    }
}
