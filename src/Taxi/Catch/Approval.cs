using System.Text.Json.Serialization;
using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Payments;
using Mannam.Payments.Faces;

namespace Mannam.Taxi.Catch;

/// <summary>Payment, asked synchronously: what is not paid is never visible to drivers.</summary>
internal sealed class Approval(Peers peers) : PaymentCall<Catch>(peers, "taxi.payment")
{
    public override Task<CallOutcome> AskAsync(Catch request, MessageContext context) =>
        Call.AskAsync(
            context,
            "payments",
            new Asked(request.Key, request.Price, request.Customer, request.StartingPoint, request.Destination, "Approved"),
            ApprovalJson.Default.Asked,
            ResourcePaymentApi.Understanding(
                ApprovalJson.Default.Answered,
                paid => paid == new Answered(request.Key, request.Price, "Approved") ? 0 : null
            )
        );
}

internal sealed record Asked(long MatchId, long Price, string Customer, string StartingPoint, string Destination, string PaymentAction);

internal sealed record Answered(long? MatchId, long? Price, string? PaymentAction);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Asked))]
[JsonSerializable(typeof(Answered))]
internal sealed partial class ApprovalJson : JsonSerializerContext;
