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

    private readonly InProcessServer _server;
    private readonly HttpRequestMessage _request;
    private readonly TaskCompletionSource<HttpResponseMessage> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Pipe _pipe = new(AnswerPipe);
    private CancellationTokenSource? _aborted;
    private int _gone;
    private volatile bool _finished;

    public InProcessCall(InProcessServer server, HttpRequestMessage request, ReadOnlyMemory<byte> body)
    {
        this._server = server;
        this._request = request;
        _requestReader = PipeReader.Create(new ReadOnlySequence<byte>(body));
        CanHaveBody = request.Content is not null;
        _requestHeaders = new HeaderDictionary(7);
        RequestLine(request, body.Length);
        _writer = new ResponseWriter(this, _pipe.Writer);
    }

    public static HttpRequestException Refused(HttpRequestMessage request) =>
        new(HttpRequestError.ConnectionError, $"Connection refused: the service asked for {request.RequestUri} is not running.");

    /// <summary>Starts the callee. Returns its answer when the headers are complete.</summary>
    public Task<HttpResponseMessage> StartAsync()
    {
        // Queued without the caller's execution context: no AsyncLocal crosses, in either direction.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        return _answer.Task;
    }

    /// <summary>The caller stops waiting.</summary>
    public void GiveUp(CancellationToken token)
    {
        if (_answer.TrySetCanceled(token))
            Hangup();
    }

    /// <summary>Signals the callee that the caller has gone, unless it has ended.</summary>
    public void Hangup()
    {
        if (!_finished && Interlocked.Exchange(ref _gone, 1) == 0 && Volatile.Read(ref _aborted) is { } source)
            Cancel(source);
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        Exception? failure = null;
        try
        {
            if (!await _server.ProcessAsync(this))
            {
                _answer.TrySetException(Refused(_request));
                return;
            }
            await BeginAnswerAsync();
            _finished = true;
            _writer.End();
        }
        catch (Exception exception)
        {
            failure = exception;
        }
        _finished = true;
        if (failure is not null)
            Break(failure);
        await CompletedAsync();
    }

    /// <summary>Sends status and headers, once.</summary>
    private ValueTask BeginAnswerAsync()
    {
        if (HasStarted)
            return ValueTask.CompletedTask;
        if (_starting is { Count: > 0 })
            return BeginAfterCallbacksAsync();
        BeginAnswer();
        return ValueTask.CompletedTask;
    }

    private async ValueTask BeginAfterCallbacksAsync()
    {
        while (_starting!.TryPop(out var callback))
            await callback.Key(callback.Value);
        BeginAnswer();
    }

    private void BeginAnswer()
    {
        HasStarted = true;
        _responseHeaders.IsReadOnly = true;
        var bodiless =
            _request.Method == HttpMethod.Head || _statusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified;
        var response = new HttpResponseMessage((System.Net.HttpStatusCode)_statusCode)
        {
            Content = new ResponseContent(this, _pipe.Reader, bodiless),
            RequestMessage = _request,
            ReasonPhrase = _reasonPhrase,
        };
        foreach (var (name, values) in _responseHeaders)
        {
            if (!response.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                response.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }
        if (!_answer.TrySetResult(response) || bodiless)
        {
            // The caller does not read: the rest is dropped, and does not block the callee.
            _pipe.Reader.Complete();
        }
    }

    private void Break(Exception? cause)
    {
        const string Message = "The service ended the connection before its answer was complete.";
        if (!_answer.TrySetException(new HttpRequestException(HttpRequestError.ResponseEnded, Message, cause)))
            _writer.Break(new HttpIOException(System.Net.Http.HttpRequestError.ResponseEnded, Message, cause));
    }

    private async Task CompletedAsync()
    {
        while (_completed is not null && _completed.TryPop(out var callback))
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
