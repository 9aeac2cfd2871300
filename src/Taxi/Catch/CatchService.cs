using Mannam.Payments.Faces;
using Mannam.Taxi.Events;

namespace Mannam.Taxi.Catch;

/// <summary>택시 요청, the core: riders request taxis, pay at once, and may cancel.</summary>
internal static class CatchService
{
    public static readonly Setting<IReadOnlyList<Uri>> PaymentUrl = Setting.Addresses(
        "PaymentUrl",
        "the address of Taxi's payment service"
    ) with
    {
        Variables = ["api.payment.url"],
    };
    public static readonly CallLimits PaymentLimits = new("Payment", 610);

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Catch>("택시 요청", key => new Catch(key)) { Paths = ["catches"], Port = 8081 }
            .StoredInPostgreSql()
            .AskingPayment(
                new PeerCall("taxi.payment", PaymentUrl, PaymentLimits),
                ResourcePaymentApi.Asking(
                    "payments",
                    (Catch c) => new ApprovalRequest(c.Key, c.Price, c.Customer, c.StartingPoint, c.Destination, "Approved"),
                    TaxiJson.Instance.ApprovalRequest,
                    TaxiJson.Instance.PaymentAnswer,
                    (c, paid) => paid == new PaymentAnswer(c.Key, c.Price, "Approved") ? 0 : null
                ),
                unpaid: new OpenRows("catches", "status = 'requested'", "requested_at"),
                end: request => request.Abandoned()
            )
            .Serving(Api.Map)
            .WithIdSequence("catch_ids")
            .Publishing<CatchRequested, CatchCancelled>()
            .Whenever<PickupAssigned>(Policies.Whenever)
            .Whenever<PickupCancelled>(Policies.Whenever);
}

/// <summary>What payment answers.</summary>
internal sealed record PaymentAnswer(long? MatchId, long? Price, string? PaymentAction);
