using System.Diagnostics;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mannam.Gateway;

/// <summary>
/// Adds a body to refusals of the web server before any application sees the request (headers too large, no Host, …). Kestrel reports them by an
/// event, and would send a bare status. After an answer has begun it only closes the connection.
/// </summary>
/// <remarks>The event is documented ("Diagnostics in Kestrel"). A test checks that an answer can begin inside it.</remarks>
internal sealed class KestrelErrorResponses : IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    public static IDisposable Observe(DiagnosticListener server) =>
        server.Subscribe(new KestrelErrorResponses(), static (name, _, _) => name == BadRequest);

    public void OnNext(KeyValuePair<string, object?> refusal)
    {
        if (
            refusal.Key != BadRequest
            || refusal.Value is not IFeatureCollection features
            || features.Get<IBadRequestExceptionFeature>()?.Error is not BadHttpRequestException error
            || features is not IHttpResponseFeature { HasStarted: false } response
            || features is not IHttpResponseBodyFeature answer
            || features.Get<IConnectionTransportFeature>() is not { } connection
        )
        {
            return;
        }
        var body = EdgeProblem.Body(error.StatusCode, EdgeProblem.TitleOf(error.StatusCode), error.Message);
        response.StatusCode = error.StatusCode;
        response.Headers.ContentType = EdgeProblem.ContentType;
        response.Headers.ContentLength = body.Length;
        response.Headers.Connection = "close";
        var isHead = features.Get<IHttpRequestFeature>() is { Method: { } method } && HttpMethods.IsHead(method);
        _ = SendAsync(answer, connection.Transport.Output, isHead ? [] : body);
    }

    // Written to the connection itself, because a request that was not read has no body stream. An answer that has begun keeps Kestrel from sending its
    // own. Both steps complete at once: the connection's buffer is almost empty.
    private static async Task SendAsync(IHttpResponseBodyFeature answer, PipeWriter connection, byte[] body)
    {
        await answer.StartAsync();
        await connection.WriteAsync(body);
    }

    public void OnCompleted() { }

    public void OnError(Exception error) { }
}
