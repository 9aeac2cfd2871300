namespace Mannam.Hosting;

/// <summary>
/// Calls a service of the same process as if over HTTP/1.1: through the service's whole pipeline, with headers and bytes and nothing
/// else passing between. For <see cref="HttpClient"/>, whose timeout works as ever.
/// </summary>
/// <remarks>
/// <para>The callee starts on an execution context of its own; a trace goes on by the <c>traceparent</c> header.</para>
/// <para>
/// A caller that cancels stops waiting at once, and the callee's <c>RequestAborted</c> fires; the callee may run to its end. So it is
/// when a response is disposed of before its body has ended.
/// </para>
/// <para>
/// Errors are those of a connection: <see cref="HttpRequestException"/> with <see cref="HttpRequestError.ConnectionError"/> if the
/// service is not running, with <see cref="HttpRequestError.ResponseEnded"/> if it aborted the request or an exception escaped it.
/// </para>
/// </remarks>
/// <param name="server">
/// The server of the callee, asked for each request, since a service may be stopped and started; null is a stopped one.
/// </param>
public sealed class InProcessHandler(Func<InProcessServer?> server) : HttpMessageHandler
{
    /// <summary>Calls always the same server.</summary>
    public InProcessHandler(InProcessServer server)
        : this(() => server) { }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        if (server() is not { IsRunning: true } callee)
            throw InProcessCall.Refused(request);
        // A copy of the bytes: the callee may read on when the caller has gone and disposed of its request.
        var body = request.Content is null ? default : await BytesOfAsync(request.Content, cancellationToken);
        var call = new InProcessCall(callee, request, body);
        using (cancellationToken.UnsafeRegister(static (call, token) => ((InProcessCall)call!).GiveUp(token), call))
        {
            return await call.StartAsync();
        }
    }

    private static async ValueTask<ReadOnlyMemory<byte>> BytesOfAsync(HttpContent content, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream((int)Math.Clamp(content.Headers.ContentLength ?? 0, 256, 1 << 20));
        await content.CopyToAsync(bytes, context: null, cancellationToken);
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }
}
