namespace Mannam.Taxi.Pickup;

/// <summary>택시 매칭: drivers see the paid requests, and take them.</summary>
internal static class PickupService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Match>("택시 매칭", key => new Match(key)) { Port = 8082 }
            .StoredInPostgreSql()
            .Serving(Api.Map, "pickUps", "catchReqLists")
            .Publishing<PickupAssigned, PickupCancelled>()
            .WithPolicies(typeof(Policies));
}
