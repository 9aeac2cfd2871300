using Mannam.Insurance.Events;

namespace Mannam.Insurance.Underwriting;

/// <summary>심사, the core: an underwriter is assigned to what is paid, and approves or refuses it.</summary>
internal static class UnderwritingService
{
    public static readonly Setting<IReadOnlyList<long>> Pool = Setting.Ids("Pool", "77001520", "the underwriters, by their numbers");

    private static readonly Resource<Underwriting, UnderwritingState> Underwritings = new(
        "underwritings",
        "underwriting",
        u => u.UnderwritingId,
        "subscriptionId",
        InsuranceJson.Instance.UnderwritingState
    )
    {
        Filters =
        {
            { "underwriterId", (u, underwriterId) => u.UnderwriterId == underwriterId },
            { "underwritingStatus", (u, underwritingStatus) => u.Status == underwritingStatus },
        },
    };

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Underwriting>("심사", key => new Underwriting(key))
        {
            Paths = ["underwritings"],
            Port = 8083,
            Settings = [Pool],
        }
            .StoredIn<UnderwritingDb, Underwriting>()
            .Serving(Map)
            .WithIdSequence("underwriting_ids")
            .Publishing<UnderwriterAssigned, SubscriptionContracted, SubscriptionRefused, UnderwritingWithdrawn>()
            // Whose desk is the emptiest depends on all other cases: of two applications the second counts the first.
            .WheneverInTurn<PaymentIdConfirmed, UnderwritingDb, Policies.Known>(
                Policies.Whenever,
                async (_, db, facts) => new(facts.Id, await db.LeastBusyAsync(facts.Settings.Get(Pool))),
                needsId: true
            )
            .Whenever<UnderwriterIdConfirmed>(Policies.Whenever)
            .Whenever<CancelRequested>(Policies.Whenever);

    private static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads(Underwritings);
        // Whose application it is may be sent too, as a check: with another id it would be a change of that.
        routes.MapChange(
            Underwritings,
            "underwritingStatus",
            Change.To<Underwriting>(Underwriting.Approved, underwriting => underwriting.Decide(Underwriting.Approved)),
            Change.To<Underwriting>(Underwriting.Refused, underwriting => underwriting.Decide(Underwriting.Refused))
        );
    }
}
