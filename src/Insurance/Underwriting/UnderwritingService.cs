namespace Mannam.Insurance.Underwriting;

/// <summary>심사: an underwriter is assigned to each paid application, and approves or refuses it.</summary>
internal static class UnderwritingService
{
    public static readonly Setting<IReadOnlyList<long>> Pool = Setting.Ids("Pool", "77001520", "the underwriters, by their numbers");

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Underwriting>("심사", key => new Underwriting(key)) { Port = 8083 }
            .WithSetting(Pool)
            .StoredInPostgreSql()
            .Serving(Api.Map, "underwritings")
            .WithIdSequence("underwriting_ids")
            .Publishing<UnderwriterAssigned, SubscriptionContracted, SubscriptionRefused, UnderwritingWithdrawn>()
            // In turn: of two applications the second counts the first.
            .WheneverInTurn<PaymentIdConfirmed, DbContext, Policies.Known>(
                Policies.Whenever,
                async (_, db, facts) => new(facts.Id, await LeastBusyAsync(db, facts.Settings.Get(Pool))),
                needsId: true
            )
            .WithPolicies(typeof(Policies));

    // The underwriter of the pool with the fewest open cases; of several, the one with the lowest id.
    private static async ValueTask<long> LeastBusyAsync(DbContext db, IReadOnlyList<long> pool) =>
        pool is [var only]
            ? only
            : await db
                .Database.SqlQuery<long>(
                    $"""
                    select u.id as "Value" from unnest({pool.ToArray()}) u(id)
                    order by (select count(*) from underwritings where underwriter_id = u.id and status = 'underwriterAssigned'), u.id limit 1
                    """
                )
                .SingleAsync();
}
