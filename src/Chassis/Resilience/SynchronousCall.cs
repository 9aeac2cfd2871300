using System.Text.Json;

namespace Mannam.Chassis.Resilience;

/// <summary>Guarantee 6: asks a peer over HTTP, within a time, and makes one of three outcomes of whatever comes back, or does not.</summary>
/// <param name="peer">The way to the peer.</param>
/// <param name="timeout">After this the outcome is unknown.</param>
public sealed class SynchronousCall(HttpClient peer, TimeSpan timeout)
{
    /// <summary>Asks.</summary>
    /// <param name="ask">Makes the request.</param>
    /// <param name="understand">What the answer means; throw <see cref="JsonException"/> where it means nothing.</param>
    public async Task<Outcome> AskAsync(
        Func<HttpRequestMessage> ask,
        Func<HttpResponseMessage, CancellationToken, Task<Outcome>> understand
    )
    {
        using var within = new CancellationTokenSource(timeout);
        try
        {
            using var request = ask();
            using var answer = await peer.SendAsync(request, within.Token);
            return await understand(answer, within.Token);
        }
        catch (OperationCanceledException)
        {
            return Outcome.Unknown($"no answer within {timeout.TotalMilliseconds:0} ms");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            return Outcome.Unknown(e.Message);
        }
    }
}
