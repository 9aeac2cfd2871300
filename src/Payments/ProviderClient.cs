using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mannam.Abstractions;

namespace Mannam.Payments;

/// <summary>What the provider said of a charge.</summary>
public enum ChargeAnswer
{
    /// <summary>The money was taken, now or before.</summary>
    Taken,

    /// <summary>Nothing was taken, and it may be asked again another day.</summary>
    Declined,

    /// <summary>The charge was taken before with another amount.</summary>
    OtherAmount,

    /// <summary>It was given back or voided before; nothing was taken.</summary>
    GivenBack,

    /// <summary>It may have been taken, or may be taken later.</summary>
    Unknown,
}

/// <summary>The client of a payment provider ("The payment provider" in the spec). Safe to repeat: a charge has a name.</summary>
/// <param name="http">The way to the provider.</param>
/// <param name="time">The clock of the timeout.</param>
public sealed class ProviderClient(HttpClient http, TimeProvider time)
{
    /// <summary>How long one question may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Asks for money.</summary>
    /// <param name="name">The charge's name.</param>
    /// <param name="amount">Won.</param>
    /// <param name="ct">Gives up, the outcome unknown.</param>
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
            // Whatever it is: an answer that cannot be understood (also by its headers) is no answer.
            return (ChargeAnswer.Unknown, e.Message);
        }
    }

    /// <summary>Has a charge given back, or voided so that it is never taken.</summary>
    /// <returns>Accepted once that is certain, otherwise unknown.</returns>
    /// <exception cref="Exception">The provider did not answer, or with an error: it is not certain either.</exception>
    public async Task<CallOutcome> GiveBackAsync(string name, CancellationToken ct)
    {
        using var answer = await http.DeleteAsync($"charges/{name}", ct);
        answer.EnsureSuccessStatusCode();
        // Only the provider's word counts: a page of somebody in between would leave the money where it is.
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
