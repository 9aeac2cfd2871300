using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Insurance.Events;
using Mannam.Payments;
using Mannam.PostgreSql;

namespace Mannam.Insurance.Payment;

/// <summary>결제, general: the premium is taken with the application, and goes back when that is cancelled or refused.</summary>
internal static class PaymentService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Payment>("insurance", "payment", "결제", key => new Payment(key))
        {
            Paths = ["payments"],
            Port = 8082,
            Schema = (typeof(PaymentService).Assembly, "Mannam.Insurance.Payment/Schema.sql"),
            JsonContext = InsuranceEvents.Language,
        }
            .StoredIn<PaymentDb, Payment>()
            .Serving(Api.Map)
            .Paying(LateApproval.GivenBack, "payment_ids")
            .Publishing<PaymentApproved>()
            .Publishing<PaymentCancelled>()
            .Whenever<CancelRequested>((_, payment) => payment.GiveBack(Payment.Cancel))
            .Whenever<SubscriptionRefused>((_, payment) => payment.GiveBack(Payment.Refuse));
}
