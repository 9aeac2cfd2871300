using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mannam.Abstractions;
using Mannam.Insurance.Events;
using Mannam.Insurance.Payment;
using Mannam.Insurance.Subscription;
using Mannam.Insurance.Underwriting;

namespace Mannam.Tests.Unit.Insurance;

/// <summary>One application in all services without a store. Each service has its aggregate and its declared policies. A published event waits for each
/// subscriber in order, until the test delivers it.</summary>
internal sealed class Rehearsal
{
    private static readonly string[] Producers = ["payment", "subscription", "underwriting"];
    private static readonly ServiceDeclaration<Payment> Payments = (ServiceDeclaration<Payment>)PaymentService.Declaration;
    private static readonly ServiceDeclaration<Subscription> Subscriptions =
        (ServiceDeclaration<Subscription>)SubscriptionService.Declaration;
    private static readonly ServiceDeclaration<Underwriting> Underwritings =
        (ServiceDeclaration<Underwriting>)UnderwritingService.Declaration;
    private readonly List<(Queue<IEvent> From, Action<IEvent> Take)> _deliveries = [];
    private readonly List<(string Producer, Queue<IEvent> Link, Func<string, bool> Takes)> _subscribed = [];

    public Rehearsal()
    {
        Subscribe("payment", Payment, Payments.Policies);
        Subscribe("subscription", Subscription, Subscriptions.Policies);
        Subscribe("underwriting", Underwriting, Underwritings.Policies);
        Payment.Approve(50000, () => { }, id: 7);
        Raise(
            "payment",
            Payment,
            new PaymentApproved
            {
                PaymentId = 7,
                PaymentStatus = "approvePayment",
                SubscriptionId = 1,
                Premium = 50000,
            }
        );
    }

    public Subscription Subscription { get; } = Subscription.Apply(1, "Fisrtcancer", 50000, "Peter").Stored();

    public Payment Payment { get; } = new(1);

    public Underwriting Underwriting { get; } = new(1);

    /// <summary>All published events and scheduled messages, with their producers.</summary>
    public List<(string Producer, IMessage Message)> Raised { get; } = [];

    /// <summary>The number of raised messages of a type.</summary>
    public int Count<T>() => Raised.Count(r => r.Message is T);

    /// <summary>The links with waiting events.</summary>
    public IReadOnlyList<int> Waiting => [.. Enumerable.Range(0, _deliveries.Count).Where(i => _deliveries[i].From.Count > 0)];

    /// <summary>Delivers the next event of a link.</summary>
    public void Deliver(int link) => _deliveries[link].Take(_deliveries[link].From.Dequeue());

    /// <summary>Decides a command.</summary>
    public Decision Command<T>(string producer, T aggregate, Func<T, Decision> decide)
        where T : Aggregate
    {
        var decision = decide(aggregate);
        if (decision.Refusal is null)
            Raise(producer, aggregate, decision.Messages);
        return decision;
    }

    private void Subscribe<T>(string name, T aggregate, IReadOnlyDictionary<string, EventPolicy<T>> policies)
        where T : Aggregate
    {
        foreach (var producer in Producers)
        {
            var link = new Queue<IEvent>();
            _deliveries.Add((link, e => Raise(name, aggregate, Apply(policies[e.GetType().Name], aggregate, e))));
            _subscribed.Add((producer, link, policies.ContainsKey));
        }
    }

    /// <summary>Applies a policy to an event in its serialised form.</summary>
    public static IMessage[] Apply<T>(EventPolicy<T> policy, T aggregate, IEvent e)
        where T : Aggregate =>
        policy.Apply(
            JsonSerializer.Serialize(e, (JsonTypeInfo)Conventions.JsonContextOf(e.GetType()).GetTypeInfo(e.GetType())!),
            aggregate,
            policy.KnownInTurn is null ? null : new Mannam.Insurance.Underwriting.Policies.Known(3, 77001520)
        );

    private void Raise(string producer, Aggregate aggregate, params IMessage[] messages)
    {
        aggregate.Stored();
        foreach (var message in messages)
        {
            Raised.Add((producer, message));
            if (message is not IEvent e)
                continue;
            foreach (var (from, link, takes) in _subscribed)
            {
                if (from == producer && takes(e.GetType().Name))
                    link.Enqueue(e);
            }
        }
    }
}
