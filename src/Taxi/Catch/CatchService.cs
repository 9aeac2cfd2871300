using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Mannam.Taxi.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Taxi.Catch;

/// <summary>택시 요청, the core: riders request taxis, pay at once, and may cancel.</summary>
internal static class CatchService
{
    public static readonly Setting<IReadOnlyList<Uri>> PaymentUrl = Setting.Addresses(
        "PaymentUrl",
        "the address of Taxi's payment service"
    ) with
    {
        Variables = ["api.payment.url"],
    };
    public static readonly CallLimits PaymentLimits = new("Payment", 610);

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Catch>("taxi", "catch", "택시 요청", key => new Catch(key))
        {
            Paths = ["catches"],
            Port = 8081,
            Schema = (typeof(CatchService).Assembly, "Mannam.Taxi.Catch/Schema.sql"),
            JsonContext = TaxiEvents.Language,
            Calls = [new PeerCall("taxi.payment", PaymentUrl, PaymentLimits)],
        }
            .StoredIn<CatchDb, Catch>()
            .WithServices(s => s.AddSingleton<Approval>())
            .Serving(Api.Map)
            .WithIdSequence("catch_ids")
            // What a crash left without an outcome ends, and money that was taken for it goes back.
            .Sweeping(
                "OpenRequests",
                new OpenRows("catches", "status = 'requested'", "requested_at"),
                olderThan: settings => settings.Get(PaymentLimits.Timeout) + TimeSpan.FromSeconds(5),
                request => request.Abandoned()
            )
            .Publishing<CatchRequested>()
            .Publishing<CatchCancelled>()
            .Whenever<PickupAssigned>(Policies.Whenever)
            .Whenever<PickupCancelled>(Policies.Whenever);
}
