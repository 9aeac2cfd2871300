using Mannam.Abstractions;
using Mannam.Taxi;
using Mannam.Testing;
using static Mannam.Simulation.Taxi.TaxiInvariants;

namespace Mannam.Simulation.Taxi;

/// <summary>Taxi, as it is simulated: riders request and cancel, with and without keys; drivers take and give up.</summary>
internal sealed class TaxiBusiness : PaidBusiness
{
    private const int MostRequests = 3;
    private static readonly string[] Drivers = ["Kim", "Lee"];

    public override SystemDeclaration System => TaxiSystem.Declaration;

    public override IReadOnlyList<(string Service, string Sequence)> IdSequences => [("taxi.catch", "catch_ids")];

    public override IReadOnlyDictionary<string, string> Settings { get; } =
        // The circuit looks back on earlier runs.
        new Dictionary<string, string> { ["Taxi:Catch:PaymentCircuitCalls"] = "100000" };

    public override IReadOnlyList<string> Resources { get; } = [Catch, Payment, Listed, PickUp, Page];

    public override UserAction Next(Random random, UserHistory history)
    {
        var requests = history.Count("request");
        if (requests == 0 || (requests < MostRequests && random.Next(4) == 0))
            return Request(random, history, requests + 1);
        if (random.Next(4) == 0 && history.Repeat(random) is { } again)
            return again with { Kind = again.Kind.Replace("request", "again", StringComparison.Ordinal) };
        var (saga, driver) = (random.Next(1, requests + 1), Drivers[random.Next(Drivers.Length)]);
        // More often about what somebody else is about too.
        if (random.Next(2) == 0 && history.Actions.LastOrDefault(a => a.Kind == "take") is { } taken)
            (saga, driver) = (taken.Saga, random.Next(2) == 0 ? taken.Who : driver);
        var id = history.KeyOf(saga);
        var act = random.Next(7) switch
        {
            <= 2 => history.WithKeySometimes(
                random,
                new UserAction($"{driver} takes #{saga}", "take", "POST /pickUps") { Body = new { matchId = id, driver } }
            ),
            <= 4 => new UserAction($"{driver} gives up #{saga}", "give up", $"DELETE /pickUps/{id}?driver={driver}"),
            5 => new UserAction($"a driver looks at #{saga}", "look", $"GET /catchReqLists/{id}"),
            _ => new UserAction($"the rider cancels #{saga}", "cancel", $"PATCH /catches/{id}") { Body = new { status = "Cancel" } },
        };
        return act with { Saga = saga, Who = driver };
    }

    // Each request has a price of its own, by which it is recognised.
    private static UserAction Request(Random random, UserHistory history, int number)
    {
        var price = random.Next(5) == 0 ? 90_000 + number : 1_000 + number;
        var order = new
        {
            price,
            startingPoint = "Busan",
            destination = "Seoul",
            customer = "Peter",
        };
        return history.WithKeySometimes(
            random,
            new UserAction($"Peter asks for a taxi at {price}", "request", "POST /catches") { Body = order, Who = $"{price}" }
        );
    }

    protected override IReadOnlySet<string> OnlyWhenCharged { get; } = new HashSet<string> { "take", "look" };

    protected override bool IsPaid(Saga saga) => saga.At(Catch, "status") is not (null or "Cancel");

    protected override IEnumerable<Violation> CheckSaga(Saga saga) => TaxiInvariants.Check(saga);

    // A request that is made again with its key comes about once.
    public override IEnumerable<Violation> Check(IReadOnlyList<Saga> sagas, IReadOnlyList<UserAnswer> told)
    {
        foreach (var price in sagas.GroupBy(s => s.At(Catch, "price") ?? ""))
        {
            var lives = price.Count(IsPaid);
            if (lives > 1)
                yield return new("a key makes one request", $"{lives} requests at {price.Key} live");
            var answers = told.Where(t => t.Action.Who == price.Key && t.Status == 201).Select(t => t.Saga).Distinct().ToList();
            if (answers.Count > 1)
                yield return new("a key makes one request", $"201 for #{string.Join(" and #", answers)} at {price.Key}");
        }
    }
}
