using Mannam.Chassis.Hosting;
using Mannam.Chassis.Resilience;
using Mannam.Chassis.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mannam.Payments;

/// <summary>What a system's payment service takes from here.</summary>
public static class PaymentsRegistration
{
    /// <summary>Adds approvals, and the client of the provider.</summary>
    public static IServiceCollection AddPayments<TDb, TPayment>(this IServiceCollection services, Func<long, TPayment> create)
        where TDb : ServiceDb
        where TPayment : Payment =>
        services
            .AddSingleton(s => new ProviderClient(s.GetRequiredService<Peers>().Client("provider"), s.GetRequiredService<TimeProvider>()))
            .AddSingleton(s => new Approvals<TDb, TPayment>(
                s.GetRequiredService<Aggregates<TDb, TPayment>>(),
                s.GetRequiredService<ProviderClient>(),
                s.GetRequiredService<TimeProvider>(),
                s.GetRequiredService<Points>(),
                s.GetRequiredService<IHostApplicationLifetime>(),
                create
            ));
}

/// <summary>What is due once a payment was cancelled: again and again, until the provider has said that the money is back, or will never be taken.</summary>
public static class GiveBack
{
    /// <summary>Tells the provider.</summary>
    public static Task DoAsync(GiveBackDue due, IServiceProvider services, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(due);
        return services.GetRequiredService<ProviderClient>().GiveBackAsync(due.Charge, ct);
    }
}
