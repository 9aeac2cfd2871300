using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mannam.Abstractions;
using Mannam.Http;
using Microsoft.AspNetCore.Http;

namespace Mannam.Payments;

/// <summary>An approval as a code: always 200 and <c>{resultCode, resultMessage}</c>. The code is the payment's id, or -1 for a payment that was declined. Both
/// sides of the call.</summary>
public static class ResultCodePaymentApi
{
    private const int Declined = -1;

    /// <summary>What the payment service answers: 503 while the outcome is not known, because -1 would say that nothing will be taken.</summary>
    public static IResult AsResultCode<TPayment>(this Approval<TPayment> approval)
        where TPayment : NumberedPayment
    {
        ArgumentNullException.ThrowIfNull(approval);
        return approval switch
        {
            { Refusal: { Kind: RefusalKind.Unavailable } unknown } => unknown.AsProblem(),
            { Refusal: { } refusal } => Say(Declined, refusal.Detail ?? "declined"),
            _ => Say(approval.Payment!.PaymentId!.Value, $"{approval.Payment.PaymentId}"),
        };
    }

    /// <summary>How its caller asks.</summary>
    /// <param name="path">Where approvals are asked for.</param>
    /// <typeparam name="TRequest">What is paid.</typeparam>
    /// <typeparam name="TFields">What is sent: the aggregate's properties of the same names (<see cref="Aggregate.As{T}"/>).</typeparam>
    public static PaymentApi<TRequest> Asking<TRequest, TFields>(string path)
        where TRequest : Aggregate
    {
        var json = Conventions.JsonOf<TFields>();
        return (payment, request, context) => payment.AskAsync(context, path, request.As<TFields>(), json, UnderstandAsync);
    }

    private static async Task<CallOutcome> UnderstandAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if (answer.StatusCode != HttpStatusCode.OK)
            return CallOutcome.Unknown($"payment answered {(int)answer.StatusCode}");
        return await answer.Content.ReadFromJsonAsync(ResultCodeJson.Default.ResultCode, ct) switch
        {
            { Code: > 0 and var id } => CallOutcome.Accepted(id),
            { Code: Declined, Message: var reason } => CallOutcome.Refused(reason ?? "declined"),
            var other => CallOutcome.Unknown($"payment answered with the code {other?.Code}"),
        };
    }

    private static IResult Say(long code, string message) =>
        Results.Json(new ResultCode(code, message), ResultCodeJson.Default.ResultCode, "application/json");
}

internal sealed record ResultCode(
    [property: JsonPropertyName("resultCode")] long? Code,
    [property: JsonPropertyName("resultMessage")] string? Message
);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ResultCode))]
internal sealed partial class ResultCodeJson : JsonSerializerContext;
