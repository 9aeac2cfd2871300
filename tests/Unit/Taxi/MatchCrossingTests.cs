using Mannam.Abstractions;
using Mannam.Taxi.Events;
using Mannam.Taxi.Pickup;
using Xunit;

namespace Mannam.Tests.Unit.Taxi;

/// <summary>Payment's events and the commands of drivers reach pickup in any order.</summary>
public sealed class MatchCrossingTests
{
    private static readonly string[] Payment = ["approved", "cancelled"];
    private static readonly string[] Speedmate = ["take Speedmate", "give up Speedmate"];
    private static readonly string[] Safemate = ["take Safemate", "give up Safemate"];

    private static Decision Step(Match match, string step) =>
        step.Split(' ') switch
        {
            ["approved"] => Decision.Happened(Policies.Whenever(new PaymentApproved(1, 5, "Peter", "Busan", "Seoul", "Approved"), match)),
            ["cancelled"] => Decision.Happened(Policies.Whenever(new PaymentCancelled(1, 5, "Peter", "Busan", "Seoul", "Cancel"), match)),
            ["take", var driver] => match.Take(driver, null),
            [.., var driver] => match.GiveUp(driver),
            [] => throw new ArgumentOutOfRangeException(nameof(step)),
        };

    [Fact]
    public void Every_assigned_pick_up_is_cancelled_before_the_next_in_every_order()
    {
        foreach (var order in Interleavings.Of<string>(Payment, Speedmate, Safemate))
        {
            var match = new Match(1);
            var raised = new List<IMessage>();
            foreach (var step in order)
            {
                raised.AddRange(Step(match, step).Messages);
                match.Stored();
                Assert.False(match.Listed && (match.Driver is not null || match.Cancelled), string.Join(", ", order));
            }
            Assert.True(match is { Cancelled: true, Listed: false, Driver: null }, string.Join(", ", order));
            for (var i = 0; i < raised.Count; i += 2)
            {
                var assigned = Assert.IsType<PickupAssigned>(raised[i]);
                Assert.Equal(new PickupCancelled(1, assigned.Driver, "Peter"), raised[i + 1]);
            }
        }
    }

    [Fact]
    public void A_driver_gets_a_request_only_if_it_is_paid_free_and_not_cancelled()
    {
        foreach (var order in Interleavings.Of<string>(Payment, Speedmate, Safemate))
        {
            var match = new Match(1);
            var (paid, cancelled, holder) = (false, false, (string?)null);
            foreach (var step in order)
            {
                var decision = Step(match, step);
                match.Stored();
                switch (step.Split(' '))
                {
                    case ["approved"]:
                        paid = true;
                        break;
                    case ["cancelled"]:
                        (cancelled, holder) = (true, null);
                        break;
                    case ["take", var driver]:
                        RefusalKind? expected =
                            holder is not null || cancelled ? RefusalKind.Conflict
                            : paid ? null
                            : RefusalKind.NotFound;
                        Assert.True(decision.Refusal?.Kind == expected, string.Join(", ", order));
                        holder ??= expected is null ? driver : null;
                        break;
                    case [.., var driver] when holder == driver:
                        Assert.Null(decision.Refusal);
                        holder = null;
                        break;
                    default:
                        Assert.True(
                            decision.Refusal?.Kind == (holder is null ? RefusalKind.NotFound : RefusalKind.Conflict),
                            string.Join(", ", order)
                        );
                        break;
                }
                Assert.Equal(holder, match.Driver);
                Assert.Equal(paid && !cancelled && holder is null, match.Listed);
            }
        }
    }
}
