using Microsoft.AspNetCore.Http;

namespace Mannam.Tests.Chassis.Gateway;

/// <summary>A signal that a test or a service waits for.</summary>
internal sealed class Signal() : TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public void SetResult() => TrySetResult(null);

    /// <summary>Never answers. Signals when the caller has hung up.</summary>
    public static async System.Threading.Tasks.Task Mute(HttpContext context, Signal heard)
    {
        try
        {
            await System.Threading.Tasks.Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            heard.TrySetResult(null);
        }
    }
}
