using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Mannam.Abstractions;
using Mannam.Http;
using Microsoft.AspNetCore.Http;

namespace Mannam.Payments;

/// <summary>An approval as a resource that is created: 201 the first time, 200 for the same again, problem documents for 402, 409 and 503. Both sides of the
/// call.</summary>
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
    /// <param name="approved">The payment's id when the answer says that this very request is approved (0 for a payment without an id of its own); else null.</param>
    /// <param name="asked">The fields of the request; unless given, the aggregate's properties of the same names (<see cref="Aggregate.As{T}"/>).</param>
    /// <typeparam name="TRequest">What is paid.</typeparam>
    /// <typeparam name="TFields">What is sent.</typeparam>
    /// <typeparam name="TAnswer">What is read of the answer.</typeparam>
    public static PaymentApi<TRequest> Asking<TRequest, TFields, TAnswer>(
        string path,
        Func<TRequest, TAnswer, long?> approved,
        Func<TRequest, TFields>? asked = null
    )
        where TRequest : Aggregate
    {
        var (fields, answers) = (Conventions.JsonOf<TFields>(), Conventions.JsonOf<TAnswer>());
        return (payment, request, context) =>
            payment.AskAsync(
                context,
                path,
                asked is null ? request.As<TFields>() : asked(request),
                fields,
                (answer, ct) => UnderstandAsync(answer, answers, paid => approved(request, paid), ct)
            );
    }

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
