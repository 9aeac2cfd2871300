using Mannam.Abstractions;
using Mannam.Taxi.Catch;
using Mannam.Taxi.Events;
using Xunit;

namespace Mannam.Tests.Unit.Taxi;

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
    public void A_payment_approves_a_request()
    {
        var request = Requested();
        var decision = request.Paid();
        Assert.Equal("approve", request.Status);
        Assert.Null(decision.Refusal);
        Assert.Empty(decision.Messages);
    }

    [Fact]
    public void A_driver_takes_a_request_gives_it_up_and_another_takes_it()
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
    public void A_request_with_unknown_payment_cannot_be_cancelled()
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
    public void A_paid_request_can_be_cancelled_with_or_without_a_driver(string status)
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
    public void A_cancelled_request_stays_cancelled()
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
    public void An_unpaid_request_ends_cancelled()
    {
        var request = Requested();
        var decision = request.NotPaid();
        Assert.Equal<IMessage>([new CatchCancelled(1, 250000, "Busan", "Seoul", "Peter", "Cancel")], decision.Messages);
        Assert.Equal("Cancel", request.Status);
    }

    [Fact]
    public void A_paid_request_is_not_ended_as_unpaid()
    {
        var request = Paid();
        Assert.Empty(request.NotPaid().Messages);
        Assert.Equal("approve", request.Status);
    }

    [Fact]
    public void An_unknown_request_cannot_be_cancelled() => Assert.Equal(RefusalKind.NotFound, new Catch(1).Cancel().Refusal?.Kind);

    [Fact]
    public void An_event_of_an_unknown_request_changes_nothing()
    {
        var nothing = new Catch(1);
        Policies.Whenever(Assigned, nothing);
        Policies.Whenever(GivenUp, nothing);
        Assert.Equal("", nothing.Status);
    }
}
