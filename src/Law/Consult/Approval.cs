using Mannam.Chassis.Messaging;
using Mannam.Chassis.Resilience;
using Mannam.Payments.Faces;

namespace Mannam.Law.Consult;

/// <summary>Payment, asked synchronously: what is not paid is never visible to lawyers.</summary>
internal sealed class Approval(Peers peers)
{
    private readonly SynchronousCall _payment = peers.Call("law.payment");

    /// <summary>Lets a payment be asked for, or refuses it at once while payment is known to be in trouble.</summary>
    public Task<T> AdmitAsync<T>(Func<Task<(Outcome, T)>> request, Func<TimeSpan, T> refused) => _payment.AdmitAsync(request, refused);

    /// <summary>Asks payment to take the fee. Safe to repeat: payment knows it by the consult's id.</summary>
    public Task<Outcome> AskAsync(Consult consult, Cause cause) =>
        _payment.AskAsync(
            cause,
            "payment/approve",
            new Asked(consult.Key, consult.PayType, consult.PayAmount, consult.Mobile),
            ConsultJson.Default.Asked,
            ResultCodeFace.UnderstandAsync
        );
}

internal sealed record Asked(long ConsultId, string PayType, long PayAmount, string Mobile);
