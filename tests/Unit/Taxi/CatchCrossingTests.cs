using Mannam.Abstractions;
using Mannam.Taxi.Catch;
using Mannam.Taxi.Events;
using Xunit;

namespace Mannam.Tests.Unit.Taxi;

/// <summary>Payment's answer, the rider's cancellation and the drivers' events reach catch in any order.</summary>
public sealed class CatchCrossingTests
{
    private const string Paid = "paid";
    private const string NotPaid = "not paid";
    private const string Cancel = "cancel";
    private static readonly string[] Drivers = [Catch.PickupAssigned, Catch.PickupCancelled, Catch.PickupAssigned, Catch.PickupCancelled];

    /// <summary>The outcome of one order.</summary>
    private sealed record Result(Catch Request, bool CancelRefused, List<IMessage> Raised);

    private static Result Run(IEnumerable<string> order)
    {
        var request = Catch.Request(1, 250000, "Busan", "Seoul", "Peter").Stored();
        var result = new Result(request, false, []);
        foreach (var step in order)
        {
            var decision = step switch
            {
                Paid => request.Paid(),
                NotPaid => request.NotPaid(),
                Cancel => request.Cancel(),
                Catch.PickupAssigned => Decision.Happened(Policies.Whenever(new PickupAssigned(1, "Speedmate", "Peter"), request)),
                _ => Decision.Happened(Policies.Whenever(new PickupCancelled(1, "Speedmate", "Peter"), request)),
            };
            if (decision.Refusal is not null)
                result = result with { CancelRefused = true };
            result.Raised.AddRange(decision.Messages);
            request.Stored();
        }
        return result;
    }

    [Fact]
    public void A_late_payment_answer_does_not_overwrite_a_drivers_status()
    {
        for (var length = 0; length <= Drivers.Length; length++)
        {
            foreach (var order in Interleavings.Of<string>([Paid], Drivers[..length]))
                Assert.Equal(length == 0 ? "approve" : Drivers[length - 1], Run(order).Request.Status);
        }
    }

    [Fact]
    public void A_cancellation_is_final_in_every_order_unless_the_payment_is_unknown()
    {
        for (var length = 0; length <= Drivers.Length; length++)
        {
            foreach (var order in Interleavings.Of<string>([Paid], [Cancel], Drivers[..length]))
            {
                var result = Run(order);
                Assert.True(result.CancelRefused == (order[0] == Cancel), string.Join(", ", order));
                if (result.CancelRefused)
                {
                    Assert.NotEqual("Cancel", result.Request.Status);
                    Assert.Empty(result.Raised);
                }
                else
                {
                    Assert.Equal("Cancel", result.Request.Status);
                    Assert.Single(result.Raised.OfType<CatchCancelled>());
                }
            }
        }
    }

    [Fact]
    public void A_request_whose_payment_failed_is_cancelled_once_in_every_order()
    {
        for (var length = 0; length <= Drivers.Length; length++)
        {
            foreach (var order in Interleavings.Of<string>([NotPaid], Drivers[..length]))
            {
                var result = Run(order);
                Assert.True(result.Request.Status == "Cancel", string.Join(", ", order));
                Assert.Single(result.Raised.OfType<CatchCancelled>());
            }
        }
    }

    [Fact]
    public void A_cancellation_and_a_failed_payment_cancel_once_in_every_order()
    {
        foreach (var order in Interleavings.Of<string>([NotPaid], [Cancel], Drivers))
        {
            var result = Run(order);
            Assert.True(result.Request.Status == "Cancel", string.Join(", ", order));
            Assert.Single(result.Raised.OfType<CatchCancelled>());
        }
    }
}
