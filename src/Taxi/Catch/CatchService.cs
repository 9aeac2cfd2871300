using Mannam.Chassis.Configuration;
using Mannam.Chassis.Declaration;
using Mannam.Chassis.Storage;
using Mannam.Taxi.Events;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mannam.Taxi.Catch;

/// <summary>택시 요청, the core: riders request taxis, pay at once, and may cancel.</summary>
internal static class CatchService
{
    public static readonly Setting<Uri> PaymentUrl = Setting.Address("PaymentUrl", "the address of Taxi's payment service");
    public static readonly Setting<TimeSpan> PaymentTimeout = Setting.Milliseconds(
        "PaymentTimeout",
        610,
        "how long payment may take, in milliseconds",
        1
    );

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<CatchDb, Catch>("taxi", "catch", "택시 요청", key => new Catch(key))
        {
            Paths = ["catches"],
            Schema = (typeof(CatchService).Assembly, "Mannam.Taxi.Catch/Schema.sql"),
            Language = TaxiEvents.Language,
            Settings = [PaymentUrl, PaymentTimeout],
            Calls = [("taxi.payment", PaymentUrl)],
            Services = s =>
                s.AddSingleton<Approval>().AddSingleton(p => new IdSequence(p.GetRequiredService<NpgsqlDataSource>(), "catch_ids")),
            Routes = Api.Map,
        }
            .Publishing<CatchRequested>()
            .Publishing<CatchCancelled>()
            .Whenever<PickupAssigned>(Policies.Whenever)
            .Whenever<PickupCancelled>(Policies.Whenever);
}
