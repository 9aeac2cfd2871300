using Mannam.Http;
using Mannam.Insurance.Events;
using Mannam.Payments;
using Mannam.Payments.Faces;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Insurance.Payment;

internal static class Api
{
    private static readonly Resource<Payment, PaymentState> Payments = new(
        "payments",
        "payment",
        p => p.PaymentId!.Value,
        p => p.Told<PaymentState>(),
        InsuranceEvents.Language.PaymentState
    )
    {
        KeyName = "paymentId",
        Version = p => p.Version,
        Visible = p => p.Status != null,
        Filters = { { "subscriptionId", (p, subscriptionId) => p.Key == subscriptionId } },
        Sorts = { { "subscriptionId", p => p.Key } },
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads<PaymentDb, Payment, PaymentState>(Payments);
        routes.MapPost("/payments", ApproveAsync).Internal();
    }

    private static async Task<IResult> ApproveAsync(HttpContext http, PaymentApprovals<Payment> approvals)
    {
        var fields = await RequestFields.ReadAsync(http);
        var (subscriptionId, premium) = (fields.Id("subscriptionId"), fields.Money("premium"));
        if (fields.Problem is { } refused)
            return refused;
        var approval = await approvals.ApproveAsync(subscriptionId, premium, _ => { }, RequestContext.Repeatable(http));
        return approval.AsResource(Payments);
    }
}
