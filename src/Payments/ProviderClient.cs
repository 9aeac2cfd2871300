using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mannam.Abstractions;

namespace Mannam.Payments;

/// <summary>The outcome of a charge, as the caller knows it.</summary>
public enum ChargeAnswer
{
    /// <summary>The money was taken, now or before.</summary>
    Taken,

    /// <summary>Nothing was taken. It may be asked for again later.</summary>
    Declined,

    /// <summary>The charge was taken before, with another amount.</summary>
    OtherAmount,

    /// <summary>The charge was given back or voided before; nothing was taken.</summary>
    GivenBack,

    /// <summary>It may have been taken, or may be taken later.</summary>
    Unknown,
}

/// <summary>The client of a payment provider ("The payment provider" in the spec). Its calls are safe to repeat, because each charge has a name.</summary>
/// <param name="http">A client whose base address is the provider's.</param>
/// <param name="time">The clock of the timeout.</param>
public sealed class ProviderClient(HttpClient http, TimeProvider time)
{
    /// <summary>How long one attempt to charge may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Charges money. It never throws: what went wrong is an unknown outcome.</summary>
    /// <param name="name">The charge's name.</param>
    /// <param name="amount">In won.</param>
    /// <param name="ct">Ends the attempt with an unknown outcome.</param>
    public async Task<(ChargeAnswer Answer, string? Reason)> ChargeAsync(string name, long amount, CancellationToken ct)
    {
        using var late = new CancellationTokenSource(Timeout, time);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
        try
        {
            using var answer = await http.PutAsJsonAsync(
                $"charges/{name}",
                new ChargeRequest(amount),
                ProviderJson.Default.ChargeRequest,
                timeout.Token
            );
            switch (answer.StatusCode)
            {
                case HttpStatusCode.OK or HttpStatusCode.Created:
                    var charge = await answer.Content.ReadFromJsonAsync(ProviderJson.Default.ChargeView, timeout.Token);
                    return (charge == new ChargeView(name, amount, "taken") ? ChargeAnswer.Taken : ChargeAnswer.Unknown, null);
                case HttpStatusCode.PaymentRequired:
                    var declined = await answer.Content.ReadFromJsonAsync(ProviderJson.Default.DeclinedView, timeout.Token);
                    return (ChargeAnswer.Declined, declined?.Reason ?? "declined");
                case HttpStatusCode.Conflict:
                    return (ChargeAnswer.OtherAmount, null);
                case HttpStatusCode.Gone:
                    return (ChargeAnswer.GivenBack, null);
                default:
                    return (ChargeAnswer.Unknown, $"the provider answered {(int)answer.StatusCode}");
            }
        }
        catch (Exception e)
        {
            // Every kind of exception: an answer that cannot be read, or whose headers cannot, is no answer.
            return (ChargeAnswer.Unknown, e.Message);
        }
    }

    /// <summary>Gives a charge back, or voids it so that it is never taken.</summary>
    /// <returns>Accepted when that is certain, otherwise unknown.</returns>
    /// <exception cref="Exception">The provider did not answer, or answered with an error: the outcome is unknown.</exception>
    public async Task<CallOutcome> GiveBackAsync(string name, CancellationToken ct)
    {
        using var answer = await http.DeleteAsync($"charges/{name}", ct);
        answer.EnsureSuccessStatusCode();
        // A 200 alone may come from a proxy in between. Only the provider's own answer proves that the money went back.
        var charge = await answer.Content.ReadFromJsonAsync(ProviderJson.Default.ChargeView, ct);
        return charge?.Name == name && charge.State is ("givenBack" or "voided")
            ? CallOutcome.Accepted()
            : CallOutcome.Unknown($"the provider did not say that {name} is given back or voided");
    }
}

internal sealed record ChargeRequest(long Amount);

internal sealed record ChargeView(string Name, long Amount, string State);

internal sealed record DeclinedView(string? Reason);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ChargeRequest))]
[JsonSerializable(typeof(ChargeView))]
[JsonSerializable(typeof(DeclinedView))]
internal sealed partial class ProviderJson : JsonSerializerContext;
