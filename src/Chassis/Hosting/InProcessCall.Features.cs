using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Mannam.Hosting;

/// <content>The request that the callee sees.</content>
internal sealed partial class InProcessCall
    : IHttpRequestFeature,
        IHttpRequestBodyDetectionFeature,
        IRequestBodyPipeFeature,
        IHttpResponseFeature,
        IHttpResponseBodyFeature,
        IHttpRequestLifetimeFeature,
        IHttpConnectionFeature
{
    private static readonly IHeaderDictionary NoHeaders = new HeaderDictionary { IsReadOnly = true };

    private readonly PipeReader _requestReader;
    private readonly ResponseWriter _writer;
    private readonly HeaderDictionary _responseHeaders = new(3);
    private IHeaderDictionary _requestHeaders = NoHeaders;
    private Stream? _requestBody;
    private Stream? _replacedBody;
    private PipeReader? _replacedReader;
    private Stream? _responseBody;
    private int _statusCode = StatusCodes.Status200OK;
    private string? _reasonPhrase;
    private CancellationToken? _replacedToken;
    private Stack<KeyValuePair<Func<object, Task>, object>>? _starting;
    private Stack<KeyValuePair<Func<object, Task>, object>>? _completed;

    public bool CanHaveBody { get; }

    public bool HasStarted { get; private set; }

    public PipeWriter Writer => _writer;

    string IHttpRequestFeature.Protocol { get; set; } = HttpProtocol.Http11;
    string IHttpRequestFeature.Scheme { get; set; } = "http";
    string IHttpRequestFeature.Method { get; set; } = "GET";
    string IHttpRequestFeature.PathBase { get; set; } = "";
    string IHttpRequestFeature.Path { get; set; } = "/";
    string IHttpRequestFeature.QueryString { get; set; } = "";
    string IHttpRequestFeature.RawTarget { get; set; } = "/";

    IHeaderDictionary IHttpRequestFeature.Headers
    {
        get => _requestHeaders;
        set => _requestHeaders = value;
    }

    Stream IHttpRequestFeature.Body
    {
        get => _replacedBody ?? (_requestBody ??= _requestReader.AsStream());
        set
        {
            _replacedBody = ReferenceEquals(value, _requestBody) ? null : value;
            _replacedReader = null;
        }
    }

    PipeReader IRequestBodyPipeFeature.Reader =>
        _replacedBody is null
            ? _requestReader
            : _replacedReader ??= PipeReader.Create(_replacedBody, new StreamPipeReaderOptions(leaveOpen: true));

    IHeaderDictionary IHttpResponseFeature.Headers
    {
        get => _responseHeaders;
        set => throw new NotSupportedException("Set the headers, not the collection.");
    }

    int IHttpResponseFeature.StatusCode
    {
        get => _statusCode;
        set => _statusCode = HasStarted ? throw Started() : value;
    }

    string? IHttpResponseFeature.ReasonPhrase
    {
        get => _reasonPhrase;
        set => _reasonPhrase = HasStarted ? throw Started() : value;
    }

    Stream IHttpResponseFeature.Body
    {
        get => Stream;
        set => throw new NotSupportedException("Set an IHttpResponseBodyFeature.");
    }

    public Stream Stream => _responseBody ??= _writer.AsStream(leaveOpen: true);

    public CancellationToken RequestAborted
    {
        get
        {
            if (_replacedToken is { } token)
                return token;
            var source = LazyInitializer.EnsureInitialized(ref _aborted, static () => new());
            if (Volatile.Read(ref _gone) == 1)
                Cancel(source);
            return source.Token;
        }
        set => _replacedToken = value;
    }

    string IHttpConnectionFeature.ConnectionId { get; set; } = "in-process";
    IPAddress? IHttpConnectionFeature.RemoteIpAddress { get; set; } = IPAddress.Loopback;
    IPAddress? IHttpConnectionFeature.LocalIpAddress { get; set; } = IPAddress.Loopback;
    int IHttpConnectionFeature.RemotePort { get; set; }
    int IHttpConnectionFeature.LocalPort { get; set; }

    void IHttpResponseFeature.OnStarting(Func<object, Task> callback, object state) =>
        (_starting ??= HasStarted ? throw Started() : new(4)).Push(new(callback, state));

    void IHttpResponseFeature.OnCompleted(Func<object, Task> callback, object state) => (_completed ??= new(4)).Push(new(callback, state));

    void IHttpRequestLifetimeFeature.Abort()
    {
        Break(cause: null);
        Hangup();
    }

    void IHttpResponseBodyFeature.DisableBuffering() { }

    Task IHttpResponseBodyFeature.StartAsync(CancellationToken cancellationToken) => BeginAnswerAsync().AsTask();

    Task IHttpResponseBodyFeature.SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    async Task IHttpResponseBodyFeature.CompleteAsync()
    {
        await BeginAnswerAsync();
        _writer.End();
    }

    protected override object? ServerFeature(Type key) => key.IsInstanceOfType(this) ? this : null;

    private static InvalidOperationException Started() => new("The answer has begun: its status and headers are sent.");

    private void RequestLine(HttpRequestMessage request, int length)
    {
        var uri = request.RequestUri ?? throw new InvalidOperationException("A request needs an address.");
        IHttpRequestFeature line = this;
        line.Method = request.Method.Method;
        line.Scheme = uri.Scheme;
        line.RawTarget = uri.PathAndQuery;
        line.Path = uri.AbsolutePath.Contains('%') ? PathString.FromUriComponent(uri.AbsolutePath).Value! : uri.AbsolutePath;
        line.QueryString = uri.Query;
        foreach (var (name, values) in request.Headers.NonValidated)
            _requestHeaders[name] = ValuesOf(values);
        if (request.Content is { } content)
        {
            foreach (var (name, values) in content.Headers.NonValidated)
                _requestHeaders[name] = ValuesOf(values);
            _requestHeaders.ContentLength = length;
        }
        if (_requestHeaders.Host.Count == 0)
            _requestHeaders.Host = uri.Authority;
        if (Activity.Current is { } activity && _requestHeaders.TraceParent.Count == 0)
        {
            DistributedContextPropagator.Current.Inject(
                activity,
                _requestHeaders,
                static (headers, name, value) => ((IHeaderDictionary)headers!)[name] = value
            );
        }
    }

    private static StringValues ValuesOf(System.Net.Http.Headers.HeaderStringValues values) =>
        values.Count == 1 ? values.ToString() : new StringValues([.. values]);
}
