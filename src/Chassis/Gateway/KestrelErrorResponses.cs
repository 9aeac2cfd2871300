using System.Diagnostics;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mannam.Gateway;

/// <summary>
/// Gives a body to what the web server refuses before any application sees it (headers too large, no Host, …): Kestrel tells of it,
/// and would send a bare status. Once an answer has begun it only closes the connection.
/// </summary>
/// <remarks>The event is documented ("Diagnostics in Kestrel"); that an answer can be begun inside it is held by a test.</remarks>
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

    // To the connection itself, as there is no body to write to for a request that has not been read. An answer that has begun keeps
    // Kestrel from sending its own. Both steps complete at once: the connection's buffer is empty or nearly so.
    private static async Task SendAsync(IHttpResponseBodyFeature answer, PipeWriter connection, byte[] body)
    {
        await answer.StartAsync();
        await connection.WriteAsync(body);
    }

    public void OnCompleted() { }

    public void OnError(Exception error) { }
}
