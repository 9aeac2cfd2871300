using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mannam.Payments;

/// <summary>What becomes of an approval whose caller has stopped waiting for it.</summary>
public enum LateApproval
{
    /// <summary>It is given back: the caller ends its request, and the cancellation finds it. After a crash there is nothing to go on with.</summary>
    GivenBack,

    /// <summary>It counts: the payment service asks the provider to the end, also after a crash, and its event tells the caller.</summary>
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

    /// <summary>The setting that says when asking is taken up again.</summary>
    public static readonly Setting<TimeSpan> ResumeAfter = Setting.Milliseconds(
        "ResumeAfter",
        15_000,
        "how long the provider may have been asked before asking is taken up again, in case that a crash ended it, ms"
    );

    /// <summary>The service approves payments and gives them back, with the provider.</summary>
    /// <param name="service">The declaration.</param>
    /// <param name="late">What becomes of an approval whose caller has stopped waiting.</param>
    /// <remarks>Its payments are in the table <c>payments</c>; where a late success counts with the column <c>asked_at</c>.</remarks>
    /// <param name="ids">The sequence of the payments' own ids; null where they have none.</param>
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
                s.GetService<IdSequence>()
            ));

    // Again and again, until the provider has said that the money is back, or will never be taken.
    private static Task<CallOutcome> GiveBackAsync(GiveBackDue due, MessageContext _, IServiceProvider services, CancellationToken ct) =>
        services.GetRequiredService<ProviderClient>().GiveBackAsync(due.Charge, ct);
}
