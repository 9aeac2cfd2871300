using System.Text.Json.Serialization;
using Mannam.Chassis.Messaging;
using Mannam.Chassis.Resilience;
using Mannam.Payments.Faces;

namespace Mannam.Taxi.Catch;

/// <summary>Payment, asked synchronously: what is not paid is never visible to drivers.</summary>
internal sealed class Approval(Peers peers)
{
    private readonly SynchronousCall _payment = peers.Call("taxi.payment");

    /// <summary>Lets a request be recorded and asked for, or refuses it at once while payment is known to be in trouble.</summary>
    public Task<T> AdmitAsync<T>(Func<Task<(Outcome, T)>> request, Func<TimeSpan, T> refused) => _payment.AdmitAsync(request, refused);

    /// <summary>Asks payment to approve the request. Safe to repeat: payment knows it by its id.</summary>
    public Task<Outcome> AskAsync(Catch request, Cause cause) =>
        _payment.AskAsync(
            cause,
            "payments",
            new Asked(request.Key, request.Price, request.Customer, request.StartingPoint, request.Destination, "Approved"),
            ApprovalJson.Default.Asked,
            (answer, ct) =>
                ResourceFace.UnderstandAsync(
                    answer,
                    ApprovalJson.Default.Answered,
                    paid => paid == new Answered(request.Key, request.Price, "Approved") ? 0 : null,
                    ct
                )
        );
}

internal sealed record Asked(long MatchId, long Price, string Customer, string StartingPoint, string Destination, string PaymentAction);

internal sealed record Answered(long? MatchId, long? Price, string? PaymentAction);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Asked))]
[JsonSerializable(typeof(Answered))]
internal sealed partial class ApprovalJson : JsonSerializerContext;
