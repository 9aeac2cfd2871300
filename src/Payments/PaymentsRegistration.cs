using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mannam.Payments;

/// <summary>What happens to an approval whose caller has stopped waiting for it.</summary>
public enum LateApproval
{
    /// <summary>The money goes back: the caller ends its request, and the cancellation reaches payment. After a crash nothing is resumed.</summary>
    GivenBack,

    /// <summary>The approval counts: the payment service asks the provider until there is an answer, also after a crash. Its event tells the caller.</summary>
    Counts,
}

/// <summary>What makes a service a payment service.</summary>
public static class PaymentsRegistration
{
    /// <summary>The setting that holds the provider's address.</summary>
    public static readonly Setting<IReadOnlyList<Uri>> ProviderUrl = Setting.Addresses(
        "ProviderUrl",
        "the address of the payment provider"
    );

    /// <summary>The setting that says when an approval is resumed.</summary>
    public static readonly Setting<TimeSpan> ResumeAfter = Setting.Milliseconds(
        "ResumeAfter",
        15_000,
        "how long an approval may take before it is resumed, in case a crash cut it off, ms"
    );

    /// <summary>The service approves payments and gives them back, by the payment provider.</summary>
    /// <param name="service">The declaration.</param>
    /// <param name="late">What happens to an approval whose caller has stopped waiting.</param>
    /// <param name="ids">The sequence of the payments' own ids; null where they have none.</param>
    /// <remarks>Its table is <c>payments</c>. <see cref="LateApproval.Counts"/> needs the column <c>asked_at</c>.</remarks>
    public static ServiceDeclaration<TPayment> Paying<TPayment>(
        this ServiceDeclaration<TPayment> service,
        LateApproval late,
        string? ids = null
    )
        where TPayment : Payment
    {
        ArgumentNullException.ThrowIfNull(service);
        service
            .Calling(new PeerCall("provider", ProviderUrl))
            .WhenDue<GiveBackDue>(GiveBackAsync)
            .WithServices(s => s.AddPayments<TPayment>(late));
        if (ids is not null)
            service.WithIdSequence(ids);
        return late == LateApproval.GivenBack
            ? service
            : service
                .WithSetting(ResumeAfter)
                .Sweeping(
                    "Approvals",
                    new OpenRows("payments", "asked", "asked_at"),
                    olderThan: settings => settings.Get(ResumeAfter),
                    (asked, s, _) =>
                    {
                        s.GetRequiredService<PaymentApprovals<TPayment>>().Resume(asked);
                        return Task.CompletedTask;
                    }
                );
    }

    private static void AddPayments<TPayment>(this IServiceCollection services, LateApproval late)
        where TPayment : Payment =>
        services
            .AddSingleton(s => new ProviderClient(s.GetRequiredService<Peers>().Client("provider"), s.GetRequiredService<TimeProvider>()))
            .AddSingleton(s => new PaymentApprovals<TPayment>(
                s.GetRequiredService<Repository<TPayment>>(),
                s.GetRequiredService<ProviderClient>(),
                s.GetRequiredService<TimeProvider>(),
                s.GetRequiredService<Failpoints>(),
                s.GetRequiredService<IHostApplicationLifetime>(),
                late,
                s.GetService<IIdSequence>()
            ));

    // Repeated until the provider has said that the money is back, or will never be taken.
    private static Task<CallOutcome> GiveBackAsync(GiveBackDue due, MessageContext _, IServiceProvider services, CancellationToken ct) =>
        services.GetRequiredService<ProviderClient>().GiveBackAsync(due.Charge, ct);
}
