using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Law.Events;
using Mannam.Messaging;
using Mannam.Payments;
using Mannam.PostgreSql;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Law.Consult;

/// <summary>상담관리: clients ask for advice, pay for it, and may cancel.</summary>
internal static class ConsultService
{
    public static readonly Setting<IReadOnlyList<Price>> Fees = PriceList.Setting(
        "Fees",
        "",
        "the fee of each kind of advice, such as 전화=30000; without any, every amount will do"
    );

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Consult>("law", "consult", "상담관리", key => new Consult(key))
        {
            Paths = ["consult"],
            Port = 8081,
            Schema = (typeof(ConsultService).Assembly, "Mannam.Law.Consult/Schema.sql"),
            JsonContext = LawEvents.Language,
            Settings = [Fees],
            Calls = [PeerCall.To("law.payment", "Payment", timeout: 3000, "payment-url")],
        }
            .StoredIn<ConsultDb, Consult>()
            .WithServices(s => s.AddSingleton<Approval>())
            .Serving(Api.Map)
            .WithIdSequence("consult_ids")
            .Publishing<ConsultMade>()
            .Publishing<ConsultPayed>()
            .Publishing<ConsultCancelled>()
            .Publishing<ConsultDenied>()
            // A late success counts: whether or not anybody waits for payment's answer any more.
            .Whenever<PaymentApproved>((paid, consult) => consult.Pay(paid.PaymentId).Messages)
            .Whenever<ScheduleDenied>((_, consult) => consult.Deny());
}
