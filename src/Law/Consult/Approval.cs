using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Payments;
using Mannam.Payments.Faces;

namespace Mannam.Law.Consult;

/// <summary>Payment, asked synchronously: what is not paid is never visible to lawyers.</summary>
internal sealed class Approval(Peers peers) : PaymentCall<Consult>(peers, "law.payment")
{
    public override Task<CallOutcome> AskAsync(Consult request, MessageContext context) =>
        Call.AskAsync(
            context,
            "payment/approve",
            new Asked(request.Key, request.PayType, request.PayAmount, request.Mobile),
            ConsultJson.Default.Asked,
            ResultCodePaymentApi.UnderstandAsync
        );
}

internal sealed record Asked(long ConsultId, string PayType, long PayAmount, string Mobile);
