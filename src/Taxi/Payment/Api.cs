using System.Text.Json.Serialization;
using Mannam.Http;
using Mannam.Payments;
using Mannam.Payments.Faces;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Taxi.Payment;

internal static class Api
{
    private static readonly Resource<Payment, PaymentView> Payments = new(
        "payments",
        "payment",
        p => p.Key,
        PaymentView.Of,
        PaymentJson.Default.PaymentView
    )
    {
        KeyName = "matchId",
        Version = p => p.Version,
        Visible = p => p.Status != null,
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads<PaymentDb, Payment, PaymentView>(Payments);
        routes.MapPost("/payments", ApproveAsync).Internal();
    }

    private static async Task<IResult> ApproveAsync(HttpContext http, PaymentApprovals<Payment> approvals)
    {
        var fields = await RequestFields.ReadAsync(http);
        var (matchId, price, customer) = (fields.Id("matchId"), fields.Money("price"), fields.Text("customer"));
        var (from, to) = (fields.Text("startingPoint"), fields.Text("destination"));
        if (fields.Problem is { } refused)
            return refused;
        var approval = await approvals.ApproveAsync(matchId, price, p => p.For(customer, from, to), RequestContext.Repeatable(http));
        return approval.AsResource(Payments);
    }
}

/// <summary>The resource as it is shown.</summary>
internal sealed record PaymentView(
    long MatchId,
    long Price,
    string? PaymentAction,
    string? Customer,
    string? StartingPoint,
    string? Destination
)
{
    public static PaymentView Of(Payment p) => new(p.Key, p.Amount, p.Status, p.Customer, p.StartingPoint, p.Destination);
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PaymentView))]
internal sealed partial class PaymentJson : JsonSerializerContext;
