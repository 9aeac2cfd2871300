using Mannam.Taxi.Events;

namespace Mannam.Taxi.Pickup;

/// <summary>택시 매칭, the core: drivers see what is paid, and take it.</summary>
internal static class PickupService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Match>("택시 매칭", key => new Match(key)) { Paths = ["pickUps", "catchReqLists"], Port = 8082 }
            .StoredInPostgreSql()
            .Serving(Api.Map)
            .Publishing<PickupAssigned, PickupCancelled>()
            .Whenever<PaymentApproved>(Policies.Whenever)
            .Whenever<PaymentCancelled>(Policies.Whenever);
}
