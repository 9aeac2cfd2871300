using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mannam.Abstractions;
using Mannam.Http;
using Microsoft.AspNetCore.Http;

namespace Mannam.Payments.Faces;

/// <summary>Approvals as a code: always 200 and <c>{resultCode, resultMessage}</c>, where the code is the payment's id, or -1 when it was declined. Both sides of it.</summary>
public static class ResultCodePaymentApi
{
    private const int Declined = -1;

    /// <summary>What the payment service answers. What it does not know it does not call declined: then it is 503.</summary>
    public static IResult AsResultCode<TPayment>(this Approval<TPayment> approval)
        where TPayment : NumberedPayment
    {
        ArgumentNullException.ThrowIfNull(approval);
        return approval switch
        {
            { Refusal: { Kind: RefusalKind.Unavailable } stops } => stops.AsProblem(),
            { Refusal: { } refusal } => Say(Declined, refusal.Detail ?? "declined"),
            _ => Say(approval.Payment!.PaymentId!.Value, $"{approval.Payment.PaymentId}"),
        };
    }

    /// <summary>How its caller asks.</summary>
    /// <param name="path">Where approvals are asked for.</param>
    /// <param name="asked">The fields of the request.</param>
    /// <param name="json">How they are written.</param>
    public static PaymentApi<TRequest> Asking<TRequest, TFields>(string path, Func<TRequest, TFields> asked, JsonTypeInfo<TFields> json) =>
        (payment, request, context) => payment.AskAsync(context, path, asked(request), json, UnderstandAsync);

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
