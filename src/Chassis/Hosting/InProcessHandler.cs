namespace Mannam.Hosting;

/// <summary>
/// Calls a service of the same process as if over HTTP/1.1: through its whole pipeline, with only headers and bytes. It is for
/// <see cref="HttpClient"/>, whose timeout works as usual.
/// </summary>
/// <remarks>
/// <para>The callee runs on its own execution context. The <c>traceparent</c> header continues a trace.</para>
/// <para>
/// A caller that cancels stops waiting at once, and the callee's <c>RequestAborted</c> fires; the callee may run to its end. The same holds
/// when a response is disposed of before its body has ended.
/// </para>
/// <para>
/// Errors are those of a connection: <see cref="HttpRequestException"/> with <see cref="HttpRequestError.ConnectionError"/> if the
/// service is not running, and with <see cref="HttpRequestError.ResponseEnded"/> if it aborted the request or threw an exception.
/// </para>
/// </remarks>
/// <param name="server">
/// Returns the callee's server. Called for each request, because a service may be stopped and started; null if it is stopped.
/// </param>
public sealed class InProcessHandler(Func<InProcessServer?> server) : HttpMessageHandler
{
    /// <summary>Always calls the same server.</summary>
    public InProcessHandler(InProcessServer server)
        : this(() => server) { }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        if (server() is not { IsRunning: true } callee)
            throw InProcessCall.Refused(request);
        // A copy of the bytes: the callee may still read after the caller has gone and disposed of its request.
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
