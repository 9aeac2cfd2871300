using Mannam.Abstractions;
using Mannam.Taxi.Catch;
using Mannam.Taxi.Events;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>Catch, status: requested → approve → PickupAssigned ⇄ PickupCancelled; any of them → Cancel, which is final.</summary>
public sealed class CatchTests
{
    private static readonly PickupAssigned Assigned = new(1, "Speedmate", "Peter");
    private static readonly PickupCancelled GivenUp = new(1, "Speedmate", "Peter");

    private static Catch Requested() => Catch.Request(1, 250000, "Busan", "Seoul", "Peter").Stored();

    private static Catch Paid()
    {
        var request = Requested();
        request.Paid();
        return request.Stored();
    }

    [Fact]
    public void A_request_is_announced_with_all_its_fields_while_its_payment_is_not_known() =>
        Assert.Equal(new CatchRequested(1, 250000, "Busan", "Seoul", "Peter", "requested"), Requested().As<CatchRequested>());

    [Fact]
    public void Payment_approves_it()
    {
        var request = Requested();
        var decision = request.Paid();
        Assert.Equal("approve", request.Status);
        Assert.Null(decision.Refusal);
        Assert.Empty(decision.Messages);
    }

    [Fact]
    public void A_driver_takes_it_gives_it_up_and_another_takes_it()
    {
        var request = Paid();
        Assert.Empty(Policies.Whenever(Assigned, request));
        Assert.Equal("PickupAssigned", request.Status);
        Assert.Empty(Policies.Whenever(GivenUp, request));
        Assert.Equal("PickupCancelled", request.Status);
        Policies.Whenever(Assigned with { Driver = "Safemate" }, request);
        Assert.Equal("PickupAssigned", request.Status);
    }

    [Fact]
    public void It_is_not_cancelled_while_its_payment_is_not_known()
    {
        var request = Requested();
        var decision = request.Cancel();
        Assert.Equal(new Refusal(RefusalKind.Conflict, "requested"), decision.Refusal);
        Assert.Equal("requested", request.Status);
    }

    [Theory]
    [InlineData("approve")]
    [InlineData("PickupAssigned")]
    [InlineData("PickupCancelled")]
    public void Once_it_is_paid_it_can_be_cancelled_whoever_has_it(string status)
    {
        var request = Paid();
        if (status != "approve")
            request.Follow(status);
        Assert.Equal(status, request.Status);
        var decision = request.Cancel();
        Assert.Null(decision.Refusal);
        Assert.Equal<IMessage>([new CatchCancelled(1, 250000, "Busan", "Seoul", "Peter", "Cancel")], decision.Messages);
        Assert.Equal("Cancel", request.Status);
    }

    [Fact]
    public void What_is_cancelled_stays_cancelled()
    {
        var request = Paid();
        request.Cancel();
        request.Stored();
        Assert.Equal(Decision.NoChange, request.Cancel());
        Policies.Whenever(Assigned, request);
        Policies.Whenever(GivenUp, request);
        Assert.Empty(request.Paid().Messages);
        Assert.Empty(request.NotPaid().Messages);
        Assert.Equal("Cancel", request.Status);
    }

    [Fact]
    public void What_could_not_be_paid_ends_cancelled()
    {
        var request = Requested();
        var decision = request.NotPaid();
        Assert.Equal<IMessage>([new CatchCancelled(1, 250000, "Busan", "Seoul", "Peter", "Cancel")], decision.Messages);
        Assert.Equal("Cancel", request.Status);
    }

    [Fact]
    public void What_is_known_to_be_paid_is_not_ended_as_unpaid()
    {
        var request = Paid();
        Assert.Empty(request.NotPaid().Messages);
        Assert.Equal("approve", request.Status);
    }

    [Fact]
    public void Nobody_cancels_what_was_never_requested() => Assert.Equal(RefusalKind.NotFound, new Catch(1).Cancel().Refusal?.Kind);

    [Fact]
    public void An_event_about_what_was_never_requested_leaves_nothing()
    {
        var nothing = new Catch(1);
        Policies.Whenever(Assigned, nothing);
        Policies.Whenever(GivenUp, nothing);
        Assert.Equal("", nothing.Status);
    }
}
