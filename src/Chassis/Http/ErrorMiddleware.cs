using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mannam.Http;

/// <summary>The outermost middleware of a service. It gives all errors and all paths the same form.</summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, RequestLimits limits, ILogger<ErrorMiddleware> log)
{
    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HeldPause = TimeSpan.FromSeconds(1);

    public async Task InvokeAsync(HttpContext http)
    {
        http.Request.Path = PathNormalization.Normalize(http.Request.Path);
        if (http.Request.QueryString.HasValue)
            http.Features.Set<IQueryFeature>(new QueryFeature(QueryStringReader.Read(http.Request.QueryString.Value!)));
        var response = http.Response;
        response.Headers.XContentTypeOptions = "nosniff";
        if (!ReferenceEquals(limits, RequestLimits.Usual))
            http.Features.Set(limits);
        try
        {
            await next(http);
        }
        catch (Exception fault) when (!response.HasStarted)
        {
            await AnswerAsync(http, fault);
            return;
        }
        if (response.StatusCode >= 400 && !response.HasStarted && response.ContentType is null && response.ContentLength is null or 0)
        {
            // Refusals of routing and of the framework have no body; headers such as Allow stay.
            await Problems.Of(response.StatusCode).ExecuteAsync(http);
        }
    }

    private async Task AnswerAsync(HttpContext http, Exception fault)
    {
        if (fault is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone. 499 is its usual code in access logs.
            http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return;
        }
        http.Response.Clear();
        http.Response.Headers.XContentTypeOptions = "nosniff";
        await AnswerTo(http, fault).ExecuteAsync(http);
    }

    private Problem AnswerTo(HttpContext http, Exception fault)
    {
        if (fault is BadHttpRequestException bad)
            return Problems.Of(bad.StatusCode, bad.StatusCode == 400 ? "The request could not be read." : null);
        if (StoreFailures.IsBlocked(fault))
        {
            LogHeld(log, fault.Message, http.Request.Method, http.Request.Path);
            return Problems.Unavailable("It is being changed by somebody else now. Nothing was done; please try again.", HeldPause);
        }
        if (StoreFailures.IsExternal(fault))
        {
            http.RequestServices.GetService<ExternalFailures>()?.Report("http", ExternalFailure.Of(fault, asked: false));
            LogStore(log, fault.GetBaseException().Message, http.Request.Method, http.Request.Path);
            return Problems.Unavailable("The store is not available now.", StorePause);
        }
        LogFault(log, fault, http.Request.Method, http.Request.Path);
        return Problems.Of(500);
    }

    [LoggerMessage(1, LogLevel.Warning, "The store is not available ({Reason}): {Method} {Path} is answered with 503.")]
    private static partial void LogStore(ILogger log, string reason, string method, PathString path);

    [LoggerMessage(3, LogLevel.Debug, "A needed row or slot is not free ({Reason}): {Method} {Path} is answered with 503.")]
    private static partial void LogHeld(ILogger log, string reason, string method, PathString path);

    [LoggerMessage(2, LogLevel.Error, "{Method} {Path} failed.")]
    private static partial void LogFault(ILogger log, Exception fault, string method, PathString path);
}
