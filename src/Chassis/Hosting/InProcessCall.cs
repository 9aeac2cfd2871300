using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Mannam.Hosting;

/// <summary>
/// One call of <see cref="InProcessHandler"/>: how it runs and ends. The other part presents it to the callee as request features.
/// </summary>
internal sealed partial class InProcessCall : LayeredFeatures, IThreadPoolWorkItem
{
    private static readonly PipeOptions AnswerPipe = new(useSynchronizationContext: false);

    private readonly InProcessServer server;
    private readonly HttpRequestMessage request;
    private readonly TaskCompletionSource<HttpResponseMessage> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Pipe pipe = new(AnswerPipe);
    private CancellationTokenSource? aborted;
    private int gone;
    private volatile bool finished;

    public InProcessCall(InProcessServer server, HttpRequestMessage request, ReadOnlyMemory<byte> body)
    {
        this.server = server;
        this.request = request;
        requestReader = PipeReader.Create(new ReadOnlySequence<byte>(body));
        CanHaveBody = request.Content is not null;
        requestHeaders = new HeaderDictionary(7);
        RequestLine(request, body.Length);
        writer = new ResponseWriter(this, pipe.Writer);
    }

    public static HttpRequestException Refused(HttpRequestMessage request) =>
        new(HttpRequestError.ConnectionError, $"Connection refused: the service asked for {request.RequestUri} is not running.");

    /// <summary>Starts the callee. Returns its answer when the headers are complete.</summary>
    public Task<HttpResponseMessage> StartAsync()
    {
        // Queued without the caller's execution context: no AsyncLocal crosses, in either direction.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        return answer.Task;
    }

    /// <summary>The caller stops waiting.</summary>
    public void GiveUp(CancellationToken token)
    {
        if (answer.TrySetCanceled(token))
        {
            Hangup();
        }
    }

    /// <summary>Signals the callee that the caller has gone, unless it has ended.</summary>
    public void Hangup()
    {
        if (!finished && Interlocked.Exchange(ref gone, 1) == 0 && Volatile.Read(ref aborted) is { } source)
        {
            Cancel(source);
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        Exception? failure = null;
        try
        {
            if (!await server.ProcessAsync(this))
            {
                answer.TrySetException(Refused(request));
                return;
            }
            await BeginAnswerAsync();
            finished = true;
            writer.End();
        }
        catch (Exception exception)
        {
            failure = exception;
        }
        finished = true;
        if (failure is not null)
        {
            Break(failure);
        }
        await CompletedAsync();
    }

    /// <summary>Sends status and headers, once.</summary>
    private ValueTask BeginAnswerAsync()
    {
        if (HasStarted)
        {
            return ValueTask.CompletedTask;
        }
        if (starting is { Count: > 0 })
        {
            return BeginAfterCallbacksAsync();
        }
        BeginAnswer();
        return ValueTask.CompletedTask;
    }

    private async ValueTask BeginAfterCallbacksAsync()
    {
        while (starting!.TryPop(out var callback))
        {
            await callback.Key(callback.Value);
        }
        BeginAnswer();
    }

    private void BeginAnswer()
    {
        HasStarted = true;
        responseHeaders.IsReadOnly = true;
        var bodiless =
            request.Method == HttpMethod.Head || statusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified;
        var response = new HttpResponseMessage((System.Net.HttpStatusCode)statusCode)
        {
            Content = new ResponseContent(this, pipe.Reader, bodiless),
            RequestMessage = request,
            ReasonPhrase = reasonPhrase,
        };
        foreach (var (name, values) in responseHeaders)
        {
            if (!response.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                response.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }
        if (!answer.TrySetResult(response) || bodiless)
        {
            // The caller does not read: the rest is dropped, and does not block the callee.
            pipe.Reader.Complete();
        }
    }

    private void Break(Exception? cause)
    {
        const string Message = "The service ended the connection before its answer was complete.";
        if (!answer.TrySetException(new HttpRequestException(HttpRequestError.ResponseEnded, Message, cause)))
        {
            writer.Break(new HttpIOException(System.Net.Http.HttpRequestError.ResponseEnded, Message, cause));
        }
    }

    private async Task CompletedAsync()
    {
        while (completed is not null && completed.TryPop(out var callback))
        {
            try
            {
                await callback.Key(callback.Value);
            }
            catch (Exception exception)
            {
                // The answer is sent already. As on a network, only the service's own log could show this error. The rest must still be disposed.
                Debug.WriteLine(exception);
            }
        }
    }

    // As on a network, on another thread: the callee's callbacks must not run inside the caller.
    private static void Cancel(CancellationTokenSource source) =>
        ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), source, preferLocal: false);
}
