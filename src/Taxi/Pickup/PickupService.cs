using Mannam.Chassis.Declaration;
using Mannam.Taxi.Events;

namespace Mannam.Taxi.Pickup;

/// <summary>택시 매칭, the core: drivers see what is paid, and take it.</summary>
internal static class PickupService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<PickupDb, Match>("taxi", "pickup", "택시 매칭", key => new Match(key))
        {
            Paths = ["pickUps", "catchReqLists"],
            Port = 8082,
            Schema = (typeof(PickupService).Assembly, "Mannam.Taxi.Pickup/Schema.sql"),
            JsonContext = TaxiEvents.Language,
            Routes = Api.Map,
        }
            .Publishing<PickupAssigned>()
            .Publishing<PickupCancelled>()
            .Whenever<PaymentApproved>(Policies.Whenever)
            .Whenever<PaymentCancelled>(Policies.Whenever);
}
