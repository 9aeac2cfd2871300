namespace Mannam.Taxi.Catch;

/// <summary>택시 요청: riders request taxis, pay at once, and may cancel.</summary>
internal static class CatchService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Catch>("택시 요청", key => new Catch(key)) { Port = 8081 }
            .StoredInPostgreSql()
            .AskingPayment(
                PeerCall.To("taxi.payment", "Payment", timeout: 610, "api.payment.url"),
                ResourcePaymentApi.Asking<Catch, ApprovalRequest, PaymentAnswer>(
                    "payments",
                    approved: (c, paid) => paid == new PaymentAnswer(c.Key, c.Price, "Approved") ? 0 : null,
                    asked: c => new(c.Key, c.Price, c.Customer, c.StartingPoint, c.Destination, "Approved")
                ),
                unpaid: new OpenRows("catches", "status = 'requested'", "requested_at"),
                end: request => request.Abandoned()
            )
            .Serving(Api.Map, "catches")
            .WithIdSequence("catch_ids")
            .Publishing<CatchRequested, CatchCancelled>()
            .WithPolicies(typeof(Policies));
}

/// <summary>What catch reads of payment's answer.</summary>
internal sealed record PaymentAnswer(long? MatchId, long? Price, string? PaymentAction);
