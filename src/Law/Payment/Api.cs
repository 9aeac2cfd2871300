using System.Text.Json.Serialization;
using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Law.Events;
using Mannam.Payments;
using Mannam.Payments.Faces;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Law.Payment;

internal static class Api
{
    private static readonly Resource<Payment, PaymentState> Payments = new(
        "payment",
        "payment",
        p => p.PaymentId!.Value,
        p => p.Told<PaymentState>(),
        PaymentJson.Default.PaymentState
    )
    {
        KeyName = "paymentId",
        Version = p => p.Version,
        Visible = p => p.Status != null,
        Filters = { { "consultId", (p, consultId) => p.Key == consultId } },
        Sorts = { { "consultId", p => p.Key } },
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads<PaymentDb, Payment, PaymentState>(Payments);
        routes.MapPost("/payment/approve", ApproveAsync).Internal();
    }

    private static async Task<IResult> ApproveAsync(HttpContext http, PaymentApprovals<Payment> approvals, Settings settings)
    {
        var fields = await RequestFields.ReadAsync(http);
        var (consultId, payAmount) = (fields.Id("consultId"), fields.Money("payAmount"));
        var payType = fields.OneOf("payType", PayType.All);
        fields.Text("mobile");
        if (fields.Problem is { } refused)
            return refused;
        var approval = await approvals.ApproveAsync(
            consultId,
            payAmount,
            p => p.PayType = payType,
            RequestContext.Repeatable(http),
            refuse: () =>
                settings.Get(PaymentService.Suspended).Contains(payType)
                    ? PaymentProblems.Refuse($"{PayType.Names[payType]} 결제는 일시적으로 중단됩니다.")
                    : null
        );
        return approval.AsResultCode();
    }
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PaymentState))]
internal sealed partial class PaymentJson : JsonSerializerContext;
