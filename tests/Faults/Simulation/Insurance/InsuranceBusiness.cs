using Mannam.Abstractions;
using Mannam.Insurance;
using Mannam.Testing;
using static Mannam.Simulation.Insurance.InsuranceInvariants;

namespace Mannam.Simulation.Insurance;

/// <summary>Insurance, as it is simulated: customers apply and cancel, with and without keys; underwriters approve and refuse; both look; premiums change.</summary>
internal sealed class InsuranceBusiness : PaidBusiness
{
    private const string Pool = "Insurance:Underwriting:Pool";
    private const string Catalogue = "Insurance:Subscription:Products";
    private const int MostApplications = 3;

    // The last costs more than the provider lets anybody pay, unless premiums are lower.
    private static readonly string[] Products = ["Fisrtcancer", "Fisrtcancer3", "Fisrtcancer9"];
    private static readonly string[] Premiums =
    [
        "Fisrtcancer=50000,Fisrtcancer3=30000,Fisrtcancer9=90000",
        "Fisrtcancer=50000,Fisrtcancer3=20000,Fisrtcancer9=40000",
    ];

    public override SystemDeclaration System => InsuranceSystem.Declaration;

    public override IReadOnlyList<(string Service, string Sequence)> IdSequences { get; } =
    [("insurance.subscription", "subscription_ids"), ("insurance.payment", "payment_ids"), ("insurance.underwriting", "underwriting_ids")];

    public override IReadOnlyDictionary<string, string> Settings { get; } =
        new Dictionary<string, string>
        {
            // The circuit looks back on earlier runs.
            ["Insurance:Subscription:PaymentCircuitCalls"] = "100000",
            [Catalogue] = Premiums[0],
        };

    // An application goes to payment and back, to underwriting and back, and is decided.
    public override int LengthFactor => 3;

    public override IReadOnlyList<string> Resources { get; } = [Subscription, Payment, Underwriting, View, DocumentsView];

    public override UserAction Next(Random random, UserHistory history)
    {
        // Each run has underwriters of its own: those of earlier runs still have open cases.
        if (history.Actions.Count == 0)
            return Set("two underwriters are there", Pool, string.Join(',', PoolOf(history.First).Reverse()));
        var made = history.Count("apply");
        if (made == 0 || (made < MostApplications && random.Next(8) == 0))
            return Apply(random, history, made + 1);
        if (random.Next(8) == 0 && history.Repeat(random) is { } again)
            return again with { Kind = "apply again" };
        // More often about what somebody else is about too.
        var saga =
            random.Next(2) == 0 && history.Actions.LastOrDefault(a => a.Kind is "approve" or "refuse" or "cancel") is { } last
                ? last.Saga
                : random.Next(1, made + 1);
        var id = history.KeyOf(saga);
        var act = random.Next(14) switch
        {
            <= 2 => new UserAction(
                $"the customer cancels #{saga}",
                "cancel",
                $"PATCH /subscriptions/{id}",
                new { subscriptionStatus = "reqCancel" }
            ),
            3 => new UserAction($"the customer looks at #{saga}", "look", $"GET /subscriptions/{id}"),
            4 => new UserAction(
                $"the customer looks at the view of #{saga}",
                "look at the view",
                $"GET {One(random, View, DocumentsView)}"
            ),
            5 => SetPremiums(random),
            <= 9 => Decide($"an underwriter approves #{saga}", "approve", "approveSubscription"),
            _ => Decide($"an underwriter refuses #{saga}", "refuse", "refuseSubscription"),
        };
        return act with
        {
            Saga = act.ChangedSettings is null ? saga : 0,
            Call = act.Call.Replace("{id}", $"{id}", StringComparison.Ordinal),
            Lookup = act.Lookup?.Replace("{id}", $"{id}", StringComparison.Ordinal),
        };
    }

    // Each application has a customer of its own, by whom it is recognised.
    private static UserAction Apply(Random random, UserHistory history, int number)
    {
        var (product, customer) = (Products[Math.Max(0, random.Next(-2, Products.Length))], $"Peter{number}");
        return history.WithKeySometimes(
            random,
            new UserAction($"{customer} applies for {product}", "apply", "POST /subscriptions", new { productName = product, customer })
            {
                Who = customer,
            }
        );
    }

    private static UserAction Decide(string text, string kind, string word) =>
        new(text, kind, "PATCH /underwritings/{underwritingId}", new { underwritingStatus = word }) { Lookup = Underwriting };

    private static UserAction SetPremiums(Random random)
    {
        var lower = random.Next(Premiums.Length);
        return Set(lower == 0 ? "premiums are as they were" : "premiums are lower", Catalogue, Premiums[lower]);
    }

    private static UserAction Set(string text, string setting, string value) =>
        new(text, "set", "") { ChangedSettings = new Dictionary<string, string> { [setting] = value } };

    private static string One(Random random, params string[] of) => of[random.Next(of.Length)];

    protected override IReadOnlySet<string> OnlyWhenCharged { get; } = new HashSet<string> { "approve", "refuse", "look at the view" };

    protected override bool IsPaid(Saga saga) => saga.At(Subscription, "subscriptionStatus") is "confirmUnderwriterId" or "contracted";

    protected override IEnumerable<Violation> CheckSaga(Saga saga) => InsuranceInvariants.Check(saga);

    public override IEnumerable<Violation> Check(IReadOnlyList<Saga> sagas, IReadOnlyList<UserAnswer> told)
    {
        // An application that is made again with its key comes about once.
        foreach (var customer in sagas.GroupBy(s => s.At(Subscription, "customer")))
        {
            var cameAbout = customer.Sum(s => s.Count("SubscriptionCreated"));
            if (cameAbout > 1)
                yield return new("a key makes one request", $"{cameAbout} applications of {customer.Key} came about");
            var answers = told.Where(t => t.Action.Who == customer.Key && t.Status == 201).Select(t => t.Saga).Distinct().ToList();
            if (answers.Count > 1)
                yield return new("a key makes one request", $"201 for #{string.Join(" and #", answers)} of {customer.Key}");
        }
        if (sagas is [var any, ..])
        {
            foreach (var broken in FewestOpenCases.Check(PoolOf(any.Key - any.Number), sagas.SelectMany(s => s.Events)))
                yield return broken;
        }
    }

    private static long[] PoolOf(long first) => [first * 10 + 1, first * 10 + 2];
}
