using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Mannam.Abstractions;
using Mannam.Http;
using Microsoft.AspNetCore.Http;

namespace Mannam.Payments.Faces;

/// <summary>Approvals as a resource that is created: 201 for the first, 200 for the same again, 402, 409 and 503 as problem documents. Both sides of it.</summary>
public static class ResourcePaymentApi
{
    /// <summary>What the payment service answers.</summary>
    public static IResult AsResource<TPayment, TView>(this Approval<TPayment> approval, Resource<TPayment, TView> payments)
        where TPayment : Payment
    {
        ArgumentNullException.ThrowIfNull(approval);
        ArgumentNullException.ThrowIfNull(payments);
        return approval switch
        {
            { Refusal: { } refusal } => refusal.AsProblem(),
            { AlreadyApproved: true } => payments.Ok(approval.Payment!),
            _ => payments.Created(approval.Payment!),
        };
    }

    /// <summary>How its caller asks.</summary>
    /// <param name="path">Where approvals are asked for.</param>
    /// <param name="asked">The fields of the request.</param>
    /// <param name="json">How they are written.</param>
    /// <param name="answer">How the resource is read.</param>
    /// <param name="approved">The payment's id (0, where it has none of its own) when the resource says that this very request is approved; else null.</param>
    public static PaymentApi<TRequest> Asking<TRequest, TFields, TAnswer>(
        string path,
        Func<TRequest, TFields> asked,
        JsonTypeInfo<TFields> json,
        JsonTypeInfo<TAnswer> answer,
        Func<TRequest, TAnswer, long?> approved
    ) =>
        (payment, request, context) =>
            payment.AskAsync(
                context,
                path,
                asked(request),
                json,
                (given, ct) => UnderstandAsync(given, answer, paid => approved(request, paid), ct)
            );

    private static async Task<CallOutcome> UnderstandAsync<TAnswer>(
        HttpResponseMessage answer,
        JsonTypeInfo<TAnswer> json,
        Func<TAnswer, long?> approved,
        CancellationToken ct
    )
    {
        switch (answer.StatusCode)
        {
            case HttpStatusCode.Created or HttpStatusCode.OK:
                var paid = await answer.Content.ReadFromJsonAsync(json, ct);
                return paid is not null && approved(paid) is { } id
                    ? CallOutcome.Accepted(id)
                    : CallOutcome.Unknown("payment answered without approving this request");
            case HttpStatusCode.PaymentRequired:
                var declined = await answer.Content.ReadFromJsonAsync(ProviderJson.Default.DeclinedView, ct);
                return CallOutcome.Refused(declined?.Reason ?? "declined");
            default:
                return CallOutcome.Unknown($"payment answered {(int)answer.StatusCode}");
        }
    }
}
