using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Mannam.Http;

/// <summary>Honours <c>Idempotency-Key</c> on every POST (spec README, "Safe to repeat"). Without the header a request costs nothing extra.</summary>
/// <remarks>A request is recorded in the transaction of its first decision, so key and decision are stored together or not at all. Its answer is stored
/// before it is sent. In between, the aggregate's state shows the request's outcome.</remarks>
internal sealed class IdempotencyMiddleware(RequestDelegate next, IIdempotencyStore store, TimeProvider time)
{
    private const string Header = "Idempotency-Key";

    // Another replica may still store the answer of an ended request. After 5 s the other replica is presumed dead. Sweeps do not wait less.
    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, IdempotentRequest> _running = new(StringComparer.Ordinal);

    public Task InvokeAsync(HttpContext http) =>
        HttpMethods.IsPost(http.Request.Method)
        && http.Request.Headers.TryGetValue(Header, out var given)
        && http.GetEndpoint() is RouteEndpoint
            ? HandleAsync(http, given)
            : next(http);

    private async Task HandleAsync(HttpContext http, StringValues given)
    {
        if (!IsKey(given))
        {
            await Problems.BadRequest(Header, $"{Header} must be given once, with 1 to 255 visible ASCII characters.").ExecuteAsync(http);
            return;
        }
        var body = await RequestBody.ReadAsync(http);
        if (body.Problem is { } refused)
        {
            await refused.ExecuteAsync(http);
            return;
        }
        var caller = http.User.FindFirst("sub")?.Value ?? "";
        var request = new IdempotentRequest(given[0]!, http.Request.Path.Value!, caller, body.Memory.Span, store, time.GetUtcNow());
        var name = Convert.ToHexString(request.Id);
        var running = _running.GetOrAdd(name, request);
        if (running != request)
        {
            await (running.Body.AsSpan().SequenceEqual(request.Body) ? StillRuns() : OtherBody()).ExecuteAsync(http);
            return;
        }
        try
        {
            await AnswerAsync(http, request, () => Release(name, request));
        }
        finally
        {
            Release(name, request);
        }
    }

    private void Release(string name, IdempotentRequest request) => _running.TryRemove(new(name, request));

    private static bool IsKey(StringValues given) =>
        given is [{ Length: >= 1 and <= 255 } key] && !key.AsSpan().ContainsAnyExceptInRange('!', '~');

    // The key is released before anything is sent: a client that has the whole answer may repeat the request at once, on another connection.
    private async Task AnswerAsync(HttpContext http, IdempotentRequest request, Action release)
    {
        if (await KnownAsync(http, request) is { } known)
        {
            release();
            await known.ExecuteAsync(http);
            return;
        }
        http.Features.Set(request);
        try
        {
            var answer = await StoredResponses.CaptureAsync(http, next);
            if (await IsOursAsync(http, request, answer))
            {
                release();
                await answer.SendBodyAsync(http.Response);
                return;
            }
        }
        catch (KeyTakenException) { }
        ClearHeaders(http.Response);
        // The faster request may have ended and been removed since: the client must try again.
        var faster = await KnownAsync(http, request) ?? StillRuns();
        release();
        await faster.ExecuteAsync(http);
    }

    // Removes the endpoint's headers. Earlier headers, such as nosniff, stay.
    private static void ClearHeaders(HttpResponse response)
    {
        response.ContentLength = null;
        response.Headers.Location = response.Headers.ETag = StringValues.Empty;
    }

    // The answer for a key that was used before; null if the request may start, again or for the first time.
    private async Task<IResult?> KnownAsync(HttpContext http, IdempotentRequest request)
    {
        if (await store.FindAsync(request.Id) is not { } known)
            return null;
        // A time in the future comes from a clock that has been set back since, so its age is the absolute difference.
        var age = request.Created - known.Created;
        if (age < IdempotencyRetention.Honoured)
        {
            if (!known.Body.AsSpan().SequenceEqual(request.Body))
                return OtherBody();
            if (known.Response is { } answer)
                return answer.AsResult();
            var (state, now) = await IdempotencyReplay.RecallAsync(http, known.Saga);
            if (state == RequestState.Active)
                return await FirstAsync(known, now!);
            if (state == RequestState.Pending || age.Duration() < LongestLife)
                return StillRuns();
        }
        await store.ForgetAsync(known.Id, known.Request);
        return null;
    }

    // The request is active, but its client may not have got an answer. It is answered now, and that is its first answer from now on.
    private async Task<IResult> FirstAsync(IdempotencyRecord known, StoredResponse now)
    {
        var isOurs = await store.AnswerAsync(known with { Response = now });
        return (isOurs ? now : (await store.FindAsync(known.Id))?.Response ?? now).AsResult();
    }

    // Stores the answer before it is sent. False if that failed, or if another request with the key was faster and this one stored nothing.
    private async Task<bool> IsOursAsync(HttpContext http, IdempotentRequest request, StoredResponse answer)
    {
        try
        {
            switch (answer.Status)
            {
                case StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests:
                    // The key may be used again, unless the request is active although its client got another answer: then it keeps the key.
                    if (request.IsRecorded && (await IdempotencyReplay.RecallAsync(http, request.Saga)).State != RequestState.Active)
                        await store.ForgetAsync(request.Id, request.Request);
                    return true;
                case >= 500:
                    // A failure here leaves the same state as a crash.
                    return true;
                case >= 300 when !request.IsRecorded:
                    // Refused before anything was recorded.
                    return true;
                default:
                    return request.IsAnswered
                        || await store.AnswerAsync(new(request.Id, request.Body, request.Request, request.Saga, request.Created, answer))
                        || request.IsRecorded;
            }
        }
        catch (Exception e) when (StoreFailures.IsExternal(e))
        {
            // An answer that could not be stored must not be sent: a repetition would start again once this request has ended, or if it did nothing. The
            // repetition is answered from the state, as after a crash, and that answer is stored.
            return false;
        }
    }

    private static Problem OtherBody() => Problems.Unprocessable($"This {Header} was used with another body.");

    private static Problem StillRuns() =>
        Problems.Conflict($"The first request with this {Header} still runs, or is being settled.", AskAgain);
}
