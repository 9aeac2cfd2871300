using Mannam.Abstractions;
using Mannam.Insurance.Events;
using Mannam.Insurance.Underwriting;
using Mannam.Payments;
using Xunit;

namespace Mannam.Tests.Unit.Insurance;

/// <summary>The central race: a customer cancels while an underwriter is assigned and decides as soon as possible. In every order of arrival,
/// exactly one of them wins in all three services.</summary>
public sealed class CancelOrAssignTests
{
    private const int Answer = -1;
    private const int Cancel = -2;
    private const int Decide = -3;

    /// <summary>The outcome of one order.</summary>
    private sealed record Run(Rehearsal Application, List<int> Done, string Word)
    {
        public Decision? Cancelled { get; set; }
        public List<(bool Confirmed, Decision Decision)> Decided { get; } = [];

        /// <summary>The possible next steps: events under way, payment's answer, one cancellation by the customer, two decisions by the underwriter.</summary>
        public IEnumerable<int> Next()
        {
            foreach (var link in Application.Waiting)
                yield return link;
            if (!Done.Contains(Answer))
                yield return Answer;
            if (Cancelled is null && Application.Subscription.IsPaid)
                yield return Cancel;
            if (Decided.Count < 2 && Application.Underwriting.UnderwritingId is not null)
                yield return Decide;
        }

        public void Do(int step)
        {
            Done.Add(step);
            switch (step)
            {
                case Answer:
                    Application.Command("subscription", Application.Subscription, s => s.Paid());
                    break;
                case Cancel:
                    Cancelled = Application.Command("subscription", Application.Subscription, s => s.Cancel());
                    break;
                case Decide:
                    var confirmed = Application.Underwriting.IsConfirmed;
                    Decided.Add((confirmed, Application.Command("underwriting", Application.Underwriting, u => u.Decide(Word))));
                    break;
                default:
                    Application.Deliver(step);
                    break;
            }
        }
    }

    /// <summary>All orders. Each is played from the beginning, because aggregates keep state. The next one differs at the last step with another choice.</summary>
    private static IEnumerable<Run> All(string word)
    {
        var choices = new List<(int Taken, int Of)>();
        do
        {
            var run = new Run(new Rehearsal(), [], word);
            for (var at = 0; run.Next().ToList() is { Count: > 0 } next; at++)
            {
                if (at == choices.Count)
                    choices.Add((0, next.Count));
                run.Do(next[choices[at].Taken]);
            }
            yield return run;
            while (choices is [.., var (taken, of)])
            {
                choices.RemoveAt(choices.Count - 1);
                if (taken + 1 < of)
                {
                    choices.Add((taken + 1, of));
                    break;
                }
            }
        } while (choices.Count > 0);
    }

    [Theory]
    [InlineData(Underwriting.Approved)]
    [InlineData(Underwriting.Refused)]
    public void Cancellation_or_assignment_wins_in_all_services_in_every_order(string word)
    {
        var (cancelled, assigned) = (0, 0);
        foreach (var run in All(word))
        {
            if (run.Cancelled!.Value.Refusal is null)
            {
                cancelled++;
                CheckCancelled(run);
            }
            else
            {
                assigned++;
                CheckAssigned(run);
            }
            foreach (var (_, early) in run.Decided.Where(d => !d.Confirmed))
                Assert.NotNull(early.Refusal);
        }
        Assert.True(cancelled >= 100 && assigned >= 100 && cancelled + assigned >= 1000, $"cancelled {cancelled}, assigned {assigned}");
    }

    private static void CheckCancelled(Run run)
    {
        var (subscription, payment, underwriting) = (run.Application.Subscription, run.Application.Payment, run.Application.Underwriting);
        Assert.Equal(("confirmCancel", "cancelPayment", "withdrawn"), (subscription.Status, payment.Status, underwriting.Status));
        CheckOrder(run, "CancelRequested", "SubscriptionCancelled");
        Assert.Equal(1, run.Application.Count<GiveBackDue>());
        Assert.Equal(underwriting.UnderwritingId is null ? 0 : 1, run.Application.Count<UnderwritingWithdrawn>());
        Assert.All(run.Decided, d => Assert.NotNull(d.Decision.Refusal));
        var late = underwriting.Decide(run.Word).Refusal;
        Assert.Equal(underwriting.UnderwritingId is null ? new(RefusalKind.NotFound) : new(RefusalKind.Conflict, "withdrawn"), late);
    }

    private static void CheckAssigned(Run run)
    {
        var (subscription, payment, underwriting) = (run.Application.Subscription, run.Application.Payment, run.Application.Underwriting);
        Assert.Equal(RefusalKind.Conflict, run.Cancelled!.Value.Refusal!.Kind);
        Assert.Null(run.Cancelled.Value.Refusal.RetryAfter);
        CheckOrder(run, "UnderwriterIdConfirmed");
        // If both decisions came too early, the underwriter decides again.
        if (!run.Decided.Exists(d => d.Confirmed))
            run.Do(Decide);
        while (run.Application.Waiting is [var link, ..])
            run.Do(link);
        var refused = run.Word == Underwriting.Refused;
        Assert.Equal(
            (refused ? "confirmRefuse" : "contracted", refused ? "cancelPayment_refused" : "approvePayment", run.Word),
            (subscription.Status, payment.Status, underwriting.Status)
        );
        Assert.Equal((refused ? 1 : 0, refused ? 1 : 0), (run.Application.Count<GiveBackDue>(), run.Application.Count<PaymentCancelled>()));
        Assert.Equal(1, run.Application.Count<SubscriptionRefused>() + run.Application.Count<SubscriptionContracted>());
    }

    // The service's own events, whether payment's answer or its event was faster.
    private static void CheckOrder(Run run, params string[] after)
    {
        var told = run.Application.Raised.Where(r => r.Producer == "subscription").Select(r => r.Message.GetType().Name).ToArray();
        string[] before = told.Contains("PaymentIdConfirmed") ? ["SubscriptionCreated", "PaymentIdConfirmed"] : ["SubscriptionCreated"];
        Assert.Equal([.. before, .. after], told);
    }
}
