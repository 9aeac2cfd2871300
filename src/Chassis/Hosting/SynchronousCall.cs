using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;
using Polly.CircuitBreaker;

namespace Mannam.Hosting;

/// <summary>Guarantees 6 and 7: calls a peer over HTTP. Every answer, error or timeout becomes one of three outcomes.</summary>
/// <remarks>An attempt that times out is repeated once, to join the attempt that still runs. After too many unknown outcomes the circuit opens: requests
/// are refused before anything is recorded.</remarks>
public sealed class SynchronousCall : IDisposable
{
    private readonly HttpClient _peer;
    private readonly TimeSpan _timeout;
    private readonly TimeSpan _join;
    private readonly TimeSpan _break;
    private readonly TimeProvider _time;
    private readonly Failpoints _failpoints;
    private readonly SemaphoreSlim _underWay;
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline _circuit;

    internal SynchronousCall(HttpClient peer, CallLimits limits, Settings settings, TimeProvider time, Failpoints failpoints)
    {
        (_peer, _time, _failpoints) = (peer, time, failpoints);
        (_timeout, _join, _break) = (settings.Get(limits.Timeout), settings.Get(limits.Join), settings.Get(limits.CircuitBreak));
        _underWay = new SemaphoreSlim((int)settings.Get(limits.UnderWay));
        _circuit = new ResiliencePipelineBuilder { TimeProvider = new MonotonicTime(time) }
            .AddCircuitBreaker(
                new CircuitBreakerStrategyOptions
                {
                    FailureRatio = settings.Get(limits.CircuitPercent) / 100.0,
                    MinimumThroughput = (int)settings.Get(limits.CircuitCalls),
                    SamplingDuration = settings.Get(limits.CircuitWindow),
                    BreakDuration = _break,
                    ShouldHandle = args => ValueTask.FromResult(args.Outcome.Result is CallResult { IsUnknown: true }),
                    StateProvider = _state,
                }
            )
            .Build();
    }

    /// <summary><c>closed</c>, <c>open</c>, or <c>half open</c> (a probe is in progress).</summary>
    public string Circuit =>
        _state.CircuitState switch
        {
            CircuitState.Closed => "closed",
            CircuitState.HalfOpen => "half open",
            _ => "open",
        };

    private abstract record CallResult(bool IsUnknown);

    private sealed record CallResult<T>(bool IsUnknown, T Result) : CallResult(IsUnknown);

    /// <summary>Runs a request, or refuses it at once while the circuit is open or too many calls are in progress.</summary>
    /// <param name="request">Records the intent, calls, and settles the outcome. It also returns the outcome, for the circuit.</param>
    /// <param name="refused">The result of a refused request; its argument is the time until a retry makes sense.</param>
    public async Task<T> AdmitAsync<T>(Func<Task<(CallOutcome Outcome, T Result)>> request, Func<TimeSpan, T> refused)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(refused);
        if (!await _underWay.WaitAsync(TimeSpan.Zero))
            return refused(TimeSpan.FromSeconds(1));
        try
        {
            var asked = await _circuit.ExecuteAsync(
                static async (request, _) =>
                {
                    var (outcome, result) = await request();
                    return new CallResult<T>(outcome.IsUnknown, result);
                },
                request
            );
            return asked.Result;
        }
        catch (BrokenCircuitException e)
        {
            return refused(e.RetryAfter ?? _break);
        }
        finally
        {
            _underWay.Release();
        }
    }

    /// <summary>Calls the peer.</summary>
    /// <param name="context">The request's context: the peer's decisions have the same cause and trace.</param>
    /// <param name="path">The path of the POST.</param>
    /// <param name="body">The body. A repetition sends the same body and the same key.</param>
    /// <param name="json">The body's serialization.</param>
    /// <param name="understand">Reads the outcome from the answer; throws if the answer is not valid.</param>
    public Task<CallOutcome> AskAsync<T>(
        MessageContext context,
        string path,
        T body,
        JsonTypeInfo<T> json,
        Func<HttpResponseMessage, CancellationToken, Task<CallOutcome>> understand
    ) => AskAsync(context, () => new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, json) }, understand);

    private async Task<CallOutcome> AskAsync(
        MessageContext context,
        Func<HttpRequestMessage> ask,
        Func<HttpResponseMessage, CancellationToken, Task<CallOutcome>> understand
    )
    {
        ArgumentNullException.ThrowIfNull(understand);
        await _failpoints.HitAsync("call.asking");
        var began = _time.GetTimestamp();
        var outcome =
            await AskAsync(context, ask, understand, _timeout)
            ?? (_join > TimeSpan.Zero ? await AskAsync(context, ask, understand, JoinSince(began)) : null)
            ?? CallOutcome.Unknown($"no answer within {_timeout.TotalMilliseconds:0} ms");
        await _failpoints.HitAsync("call.answered");
        return outcome;
    }

    // Measured from the beginning, so that a late timer does not prolong the caller's wait; but long enough to be useful.
    private TimeSpan JoinSince(long began)
    {
        var left = _timeout + _join - _time.GetElapsedTime(began);
        return left > _join / 2 ? left : _join / 2;
    }

    // Null after a timeout.
    private async Task<CallOutcome?> AskAsync(
        MessageContext context,
        Func<HttpRequestMessage> ask,
        Func<HttpResponseMessage, CancellationToken, Task<CallOutcome>> understand,
        TimeSpan within
    )
    {
        using var timeout = new CancellationTokenSource(within, _time);
        try
        {
            using var request = ask();
            request.Headers.Add(MessageContext.RequestIdHeader, context.CausationId);
            request.Headers.Add("traceparent", context.TraceParent);
            using var answer = await _peer.SendAsync(request, timeout.Token);
            return await understand(answer, timeout.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            // Any error: an answer that cannot be read (also its headers) is no answer.
            return CallOutcome.Unknown(e.Message);
        }
    }

    public void Dispose() => _underWay.Dispose();
}
