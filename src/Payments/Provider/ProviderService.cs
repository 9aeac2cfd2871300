using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Payments.Provider;

/// <summary>The built-in payment provider. It stands in for a card company until a real one is configured. It is outside the systems; all share it.</summary>
public static class ProviderService
{
    /// <summary>All that touches it.</summary>
    public static ServiceDeclaration Declaration { get; } =
        new ServiceDeclaration("", "provider", "Payment provider")
        {
            Port = 8089,
            Rank = Rank.General,
            Schema = (typeof(ProviderService).Assembly, "Mannam.Payments.Provider/Schema.sql"),
            WarmUp = s => s.GetRequiredService<ChargeStore>().WarmUpAsync(),
        }
            .StoredAloneIn<ProviderDb>()
            .WithServices(s => s.AddSingleton<ChargeStore>().AddSingleton<ProviderBehaviour>().AddSingleton<ProviderModes>())
            .Serving(Api.Map, "charges", "ledger", "settings");
}
