using System.ComponentModel.DataAnnotations;
using Mannam.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Mannam.Payments.Provider;

/// <summary>How a charge is answered in each mode ("The payment provider" in the spec). The modes show what a card company can do to its caller.</summary>
internal sealed class ProviderModes(TimeProvider time, IHostApplicationLifetime lifetime)
{
    public const string Ok = "ok";
    public const string Fail = "fail";
    public const string Refuse = "refuse";
    public const string Rubbish = "rubbish";
    public const string Hang = "hang";
    public const string Mute = "mute";

    /// <summary>All modes.</summary>
    public static readonly string[] All = [Ok, Fail, Refuse, Rubbish, Hang, Mute];

    private static readonly TimeSpan HangsFor = TimeSpan.FromSeconds(20);

    /// <summary>Answers a charge as the mode says, which may be not at all.</summary>
    /// <param name="now">The settings in force when it arrived.</param>
    /// <param name="http">The request.</param>
    /// <param name="take">Takes the money and makes the answer of mode <c>ok</c>.</param>
    public async Task<IResult> AnswerAsync(InForce now, HttpContext http, Func<Task<IResult>> take)
    {
        switch (now.Settings.Mode)
        {
            case Fail:
                return Problems.Of(StatusCodes.Status500InternalServerError, "The provider has failed; nothing was taken.");
            case Refuse:
                http.Abort();
                return Results.Empty;
            case Rubbish:
                return Results.Text("<html>It works!</html>", "text/html");
            case Hang:
                // The charge goes on when the caller hangs up.
                _ = TakeLaterAsync(take, now.ModeChanged);
                return await NeverAsync(http);
            case Mute:
                await take();
                return await NeverAsync(http);
            default:
                return await take();
        }
    }

    private async Task TakeLaterAsync(Func<Task<IResult>> take, CancellationToken modeChanged)
    {
        using var unless = CancellationTokenSource.CreateLinkedTokenSource(modeChanged, lifetime.ApplicationStopping);
        await Task.Delay(HangsFor, time, unless.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!unless.IsCancellationRequested)
            await take();
    }

    private async Task<IResult> NeverAsync(HttpContext http)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        await Task.Delay(Timeout.Infinite, gone.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        http.Abort();
        return Results.Empty;
    }
}

/// <summary>A field of a request is one of the modes.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class ProviderModeAttribute() : AllowedValuesAttribute([.. ProviderModes.All]);
