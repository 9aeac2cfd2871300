using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Payments;
using Mannam.PostgreSql;
using Mannam.Taxi.Events;

namespace Mannam.Taxi.Payment;

/// <summary>결제, general: the rider pays with the request, and gets the money back when it is cancelled.</summary>
internal static class PaymentService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Payment>("taxi", "payment", "결제", key => new Payment(key))
        {
            Paths = ["payments"],
            Port = 8083,
            Schema = (typeof(PaymentService).Assembly, "Mannam.Taxi.Payment/Schema.sql"),
            JsonContext = TaxiEvents.Language,
        }
            .StoredIn<PaymentDb, Payment>()
            .Serving(Api.Map)
            .Paying(LateApproval.GivenBack)
            .Publishing<PaymentApproved>()
            .Publishing<PaymentCancelled>()
            .Whenever<CatchCancelled>(Policies.Whenever);
}
