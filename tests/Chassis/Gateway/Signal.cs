using Microsoft.AspNetCore.Http;

namespace Mannam.Tests.Chassis.Gateway;

/// <summary>Something a test waits for, or makes a service wait for.</summary>
internal sealed class Signal() : TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public void SetResult() => TrySetResult(null);

    /// <summary>Never answers, and signals when the caller has gone.</summary>
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
