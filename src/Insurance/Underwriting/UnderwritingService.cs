using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Insurance.Events;
using Mannam.PostgreSql;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Insurance.Underwriting;

/// <summary>심사, the core: an underwriter is assigned to what is paid, and approves or refuses it.</summary>
internal static class UnderwritingService
{
    public static readonly Setting<IReadOnlyList<long>> Pool = Setting.Ids("Pool", "77001520", "the underwriters, by their numbers");

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Underwriting>("insurance", "underwriting", "심사", key => new Underwriting(key))
        {
            Paths = ["underwritings"],
            Port = 8083,
            Schema = (typeof(UnderwritingService).Assembly, "Mannam.Insurance.Underwriting/Schema.sql"),
            JsonContext = InsuranceEvents.Language,
            Settings = [Pool],
        }
            .StoredIn<UnderwritingDb, Underwriting>()
            .Serving(Api.Map)
            .WithIdSequence("underwriting_ids")
            .Publishing<UnderwriterAssigned>()
            .Publishing<SubscriptionContracted>()
            .Publishing<SubscriptionRefused>()
            .Publishing<UnderwritingWithdrawn>()
            // Whose desk is the emptiest depends on all other cases: of two applications the second counts the first.
            .WheneverInTurn<PaymentIdConfirmed, UnderwritingDb, (long Id, long Underwriter)>(
                (paid, underwriting, known) => underwriting.Assign(paid.PaymentId, known.Id, known.Underwriter),
                async (db, services) =>
                    (
                        await services.GetRequiredService<IdSequence>().NextAsync(db),
                        await db.LeastBusyAsync(services.GetRequiredService<Settings>().Get(Pool))
                    )
            )
            .Whenever<UnderwriterIdConfirmed>((_, underwriting) => underwriting.Confirm())
            .Whenever<CancelRequested>((_, underwriting) => underwriting.Withdraw());
}
