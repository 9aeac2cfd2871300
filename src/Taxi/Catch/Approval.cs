using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Mannam.Chassis.Resilience;

namespace Mannam.Taxi.Catch;

/// <summary>Payment, asked synchronously: what is not paid is never visible to drivers.</summary>
internal sealed class Approval(Peers peers)
{
    private readonly SynchronousCall _payment = peers.Call("taxi.payment");

    /// <summary>Lets a request be recorded and asked for, or refuses it at once while payment is known to be in trouble.</summary>
    public Task<T> AdmitAsync<T>(Func<Task<(Outcome, T)>> request, Func<TimeSpan, T> refused) => _payment.AdmitAsync(request, refused);

    /// <summary>Asks payment to approve the request. Safe to repeat: payment knows it by its id.</summary>
    public Task<Outcome> AskAsync(Catch request) =>
        _payment.AskAsync(
            () =>
                new HttpRequestMessage(HttpMethod.Post, "payments")
                {
                    Content = JsonContent.Create(
                        new Asked(request.Key, request.Price, request.Customer, request.StartingPoint, request.Destination, "Approved"),
                        ApprovalJson.Default.Asked
                    ),
                },
            (answer, ct) => UnderstandAsync(request, answer, ct)
        );

    private static async Task<Outcome> UnderstandAsync(Catch request, HttpResponseMessage answer, CancellationToken ct)
    {
        switch (answer.StatusCode)
        {
            case HttpStatusCode.Created or HttpStatusCode.OK:
                var paid = await answer.Content.ReadFromJsonAsync(ApprovalJson.Default.Answered, ct);
                return paid is { PaymentAction: "Approved" } && paid.MatchId == request.Key && paid.Price == request.Price
                    ? Outcome.Approved
                    : Outcome.Unknown("payment answered without approving this request");
            case HttpStatusCode.PaymentRequired:
                var declined = await answer.Content.ReadFromJsonAsync(ApprovalJson.Default.Answered, ct);
                return Outcome.Declined(declined?.Reason ?? "declined");
            default:
                return Outcome.Unknown($"payment answered {(int)answer.StatusCode}");
        }
    }
}

internal sealed record Asked(long MatchId, long Price, string Customer, string StartingPoint, string Destination, string PaymentAction);

internal sealed record Answered(long? MatchId, long? Price, string? PaymentAction, string? Reason);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Asked))]
[JsonSerializable(typeof(Answered))]
internal sealed partial class ApprovalJson : JsonSerializerContext;
