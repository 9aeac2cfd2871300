using Mannam.Abstractions;
using Mannam.Http;
using Mannam.PostgreSql;
using Mannam.Taxi.Events;

namespace Mannam.Taxi.Pickup;

/// <summary>택시 매칭, the core: drivers see what is paid, and take it.</summary>
internal static class PickupService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Match>("taxi", "pickup", "택시 매칭", key => new Match(key))
        {
            Paths = ["pickUps", "catchReqLists"],
            Port = 8082,
            Schema = (typeof(PickupService).Assembly, "Mannam.Taxi.Pickup/Schema.sql"),
            JsonContext = TaxiEvents.Language,
        }
            .StoredIn<PickupDb, Match>()
            .Serving(Api.Map)
            .Publishing<PickupAssigned>()
            .Publishing<PickupCancelled>()
            .Whenever<PaymentApproved>(Policies.Whenever)
            .Whenever<PaymentCancelled>(Policies.Whenever);
}
