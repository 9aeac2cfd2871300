using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Mannam.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Payments.Provider;

internal static class Api
{
    private static readonly Resource<Movement, MovementView> Ledger = new(
        "ledger",
        "movement",
        m => m.Id,
        ProviderApiJson.Default.MovementView,
        MovementView.Of
    )
    {
        Filters = { { "name", (m, name) => m.Name == name } },
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads(Ledger);
        routes.MapRead("/charges/{name}", FindAsync);
        routes.MapPut("/charges/{name}", ChargeAsync);
        routes.MapDelete("/charges/{name}", GiveBackAsync);
        routes.MapRead("/settings", async (ProviderBehaviour behaviour) => Show((await behaviour.NowAsync()).Settings));
        routes.MapPatch("/settings", ChangeAsync);
    }

    private static async Task<IResult> FindAsync(string name, ChargeStore vault) =>
        await vault.FindAsync(name) is { } charge ? Show(charge) : Problems.NotFound($"There is no charge {name}.");

    private static async Task<IResult> ChargeAsync(
        BoundRequest<TakeCharge> request,
        HttpContext http,
        ChargeStore vault,
        ProviderBehaviour behaviour,
        ProviderModes modes,
        TimeProvider time
    )
    {
        if (request.Problem is { } refused)
            return refused;
        var (name, amount) = request.Fields;
        // The settings at the moment of arrival hold for the whole charge.
        var now = await behaviour.NowAsync();
        var (delay, jitter) = (now.Settings.Delay, now.Settings.Jitter);
        if (delay + jitter > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(delay + Random.Shared.NextInt64(jitter + 1)), time);
        return await modes.AnswerAsync(now, http, () => TakeAsync(name, amount, now.Settings, vault));
    }

    private static async Task<IResult> TakeAsync(string name, long amount, ProviderSettings now, ChargeStore vault)
    {
        if (amount > now.DeclineAbove && await vault.FindAsync(name) is null)
            return PaymentProblems.Declined($"the amount is above {now.DeclineAbove} won");
        return await vault.TakeAsync(name, amount) switch
        {
            ChargeResult.TakenNow => Results.Json(
                new ChargeView(name, amount, Charge.Taken),
                ProviderApiJson.Default.ChargeView,
                statusCode: StatusCodes.Status201Created
            ),
            ChargeResult.TakenBefore => Show(
                new Charge
                {
                    Name = name,
                    Amount = amount,
                    State = Charge.Taken,
                }
            ),
            ChargeResult.OtherAmount => Problems.Conflict(Charge.Taken),
            _ => Problems.Of(StatusCodes.Status410Gone, "The charge was given back or voided before; nothing was taken."),
        };
    }

    private static async Task<IResult> GiveBackAsync(BoundRequest<GiveBackCharge> request, ChargeStore vault) =>
        request.Problem is { } refused ? refused : Show(await vault.GiveBackAsync(request.Fields.Name));

    private static async Task<IResult> ChangeAsync(BoundRequest<ChangeSettings> request, ProviderBehaviour behaviour)
    {
        if (request.Problem is { } refused)
            return refused;
        var (declineAbove, delay, jitter, mode) = request.Fields;
        return Show(
            await behaviour.ChangeAsync(s =>
                s with
                {
                    Delay = delay ?? s.Delay,
                    Jitter = jitter ?? s.Jitter,
                    Mode = mode ?? s.Mode,
                    DeclineAbove = request.Has("declineAbove") ? declineAbove : s.DeclineAbove,
                }
            )
        );
    }

    private static IResult Show(Charge charge) =>
        Results.Json(new ChargeView(charge.Name, charge.Amount, charge.State), ProviderApiJson.Default.ChargeView);

    private static IResult Show(ProviderSettings s) =>
        Results.Json(new SettingsView(s.DeclineAbove, s.Delay, s.Jitter, s.Mode), ProviderApiJson.Default.SettingsView);
}

/// <summary>A movement of money, as it is shown.</summary>
internal sealed record MovementView(long Id, string Name, string Action, long Amount, DateTime At)
{
    public static MovementView Of(Movement m) => new(m.Id, m.Name, m.Action, m.Amount, m.At);
}

/// <summary>The charge to take: its name is in the path, its amount in the body.</summary>
internal sealed record TakeCharge([FromRoute] string Name, [Won] long Amount);

/// <summary>The charge to give back: its name is in the path.</summary>
internal sealed record GiveBackCharge([FromRoute] string Name);

/// <summary>The settings to change. <c>declineAbove: null</c> removes the limit.</summary>
internal sealed record ChangeSettings(
    [Removable, Range(0, WonAttribute.Most)] long? DeclineAbove,
    [Range(0, ChangeSettings.LongestDelay)] long? Delay,
    [Range(0, ChangeSettings.LongestDelay)] long? Jitter,
    [ProviderMode] string? Mode
)
{
    // Milliseconds.
    internal const int LongestDelay = 600_000;
}

/// <summary>The settings, as they are shown.</summary>
internal sealed record SettingsView(long? DeclineAbove, long Delay, long Jitter, string Mode);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(MovementView))]
[JsonSerializable(typeof(ChargeView))]
[JsonSerializable(typeof(SettingsView))]
internal sealed partial class ProviderApiJson : JsonSerializerContext;
