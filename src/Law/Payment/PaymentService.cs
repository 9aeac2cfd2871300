using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Law.Events;
using Mannam.Payments;
using Mannam.PostgreSql;

namespace Mannam.Law.Payment;

/// <summary>결제관리: the fee is taken once, and goes back when the client cancels or is turned away.</summary>
internal static class PaymentService
{
    public static readonly Setting<IReadOnlyList<string>> Suspended = Setting.List(
        "Suspended",
        "",
        "pay types that are not taken at the moment",
        each => PayType.All.Contains(each) ? each : throw new FormatException($"some of {string.Join(", ", PayType.All)} are expected")
    );

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Payment>("law", "payment", "결제관리", key => new Payment(key))
        {
            Paths = ["payment"],
            Port = 8082,
            Schema = (typeof(PaymentService).Assembly, "Mannam.Law.Payment/Schema.sql"),
            JsonContext = LawEvents.Language,
            Settings = [Suspended],
        }
            .StoredIn<PaymentDb, Payment>()
            .Serving(Api.Map)
            .Paying(LateApproval.Counts, "payment_ids")
            .Publishing<PaymentApproved>()
            .Publishing<PaymentCancelled>()
            .Publishing<PaymentDisabled>()
            .Whenever<ConsultCancelled>((_, payment) => payment.GiveBack(Payment.Cancel))
            .Whenever<ScheduleDenied>((_, payment) => payment.GiveBack(Payment.Disable));
}
